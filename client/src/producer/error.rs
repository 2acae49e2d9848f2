//! Why a record was not sent.

use std::sync::Arc;

use weir_core::ErrorCode;
use weir_core::compress::CompressError;

use crate::cluster::MetadataError;
use crate::types::{ApiError, TopicPartition};
use crate::wire::CallError;

/// Why a record was not sent, or why it is not known whether it was.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The record is larger than a setting allows.
    #[error("the record is {size} bytes, {setting} allows {limit}")]
    TooLarge {
        /// Upper bound of its size.
        size: usize,
        /// The limit.
        limit: usize,
        /// Which one.
        setting: &'static str,
    },
    /// The topic's partitions could not be learned within `max.block.ms`.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The topic has no such partition.
    #[error("{0} does not exist")]
    InvalidPartition(TopicPartition),
    /// No room in `buffer.memory` within `max.block.ms`.
    #[error("no room in the buffer within max.block.ms")]
    BufferFull,
    /// `delivery.timeout.ms` passed. If the record was sent at all, it may have arrived.
    #[error("{partition}: not delivered within delivery.timeout.ms{}", last.as_ref().map(|l| format!(" (last: {l})")).unwrap_or_default())]
    DeliveryTimeout {
        /// Where to.
        partition: TopicPartition,
        /// What the last attempt ended with, if there was one.
        last: Option<Box<SendError>>,
    },
    /// The broker refused the batch, or the retries are used up.
    #[error("{partition}: {error}")]
    Rejected {
        /// Where to.
        partition: TopicPartition,
        /// What the broker said.
        error: ApiError,
    },
    /// The broker could not be reached or did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The batch could not be compressed.
    #[error("cannot compress: {0}")]
    Compress(Arc<CompressError>),
    /// A producer id could not be had.
    #[error("no producer id: {0}")]
    ProducerId(ErrorCode),
    /// The producer is closed.
    #[error("the producer is closed")]
    Closed,
}

impl SendError {
    /// Whether sending the record again may succeed. With [`SendError::DeliveryTimeout`] it may also duplicate it.
    pub fn retriable(&self) -> bool {
        match self {
            Self::TooLarge { .. } | Self::InvalidPartition(_) | Self::Compress(_) | Self::Closed => false,
            Self::Metadata(error) => error.retriable(),
            Self::BufferFull | Self::DeliveryTimeout { .. } => true,
            Self::Rejected { error, .. } => error.retriable(),
            Self::Call(error) => error.retriable(),
            Self::ProducerId(code) => code.retriable(),
        }
    }
}
