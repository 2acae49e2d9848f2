//! Connect runtime.
