//! The pure broker.
