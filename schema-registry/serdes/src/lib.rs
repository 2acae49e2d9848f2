//! Serialisers and the registry client.
