//! `derive(ConnectorConfig)`.
