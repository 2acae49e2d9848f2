//! What every room shares.
