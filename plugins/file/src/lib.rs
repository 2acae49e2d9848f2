//! Connect plugin: file.
