//! Files: the producer snapshot, the quorum state, and Kafka Streams' subscription. Written by `cargo xtask codegen`; do not edit.

pub mod producer_snapshot;
pub mod quorum_state_data;
pub mod subscription_info_data;

pub use producer_snapshot::ProducerSnapshot;
pub use quorum_state_data::QuorumStateData;
pub use subscription_info_data::SubscriptionInfoData;
