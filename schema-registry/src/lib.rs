//! Schema registry server.
