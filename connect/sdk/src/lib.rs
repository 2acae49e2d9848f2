//! Connect plugin SDK.
