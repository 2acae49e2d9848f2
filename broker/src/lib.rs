//! The broker's shell.
