//! Connect plugin: sql.
