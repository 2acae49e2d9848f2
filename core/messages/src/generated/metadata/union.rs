//! The family's records as one type. Written by `cargo xtask codegen`; do not edit.

use bytes::Bytes;

use super::{
    AbortTransactionRecord, AccessControlEntryRecord, BeginTransactionRecord, BrokerRegistrationChangeRecord,
    ClearElrRecord, ClientQuotaRecord, ConfigRecord, DelegationTokenRecord, EndTransactionRecord, FeatureLevelRecord,
    FenceBrokerRecord, NoOpRecord, PartitionChangeRecord, PartitionRecord, ProducerIdsRecord, RegisterBrokerRecord,
    RegisterControllerRecord, RemoveAccessControlEntryRecord, RemoveDelegationTokenRecord, RemoveTopicRecord,
    RemoveUserScramCredentialRecord, TopicRecord, UnfenceBrokerRecord, UnregisterBrokerRecord,
    UserScramCredentialRecord, ZkMigrationStateRecord,
};
use crate::error::EncodeError;
use crate::framing::{FrameError, read_frame_header, write_framed};
use crate::message::Message;
use crate::reader::Reader;

/// Any record of the log.
#[derive(Debug, Clone, PartialEq)]
pub enum MetadataRecord {
    /// Type 0.
    RegisterBroker(RegisterBrokerRecord),
    /// Type 1.
    UnregisterBroker(UnregisterBrokerRecord),
    /// Type 2.
    Topic(TopicRecord),
    /// Type 3.
    Partition(PartitionRecord),
    /// Type 4.
    Config(ConfigRecord),
    /// Type 5.
    PartitionChange(PartitionChangeRecord),
    /// Type 7.
    FenceBroker(FenceBrokerRecord),
    /// Type 8.
    UnfenceBroker(UnfenceBrokerRecord),
    /// Type 9.
    RemoveTopic(RemoveTopicRecord),
    /// Type 10.
    DelegationToken(DelegationTokenRecord),
    /// Type 11.
    UserScramCredential(UserScramCredentialRecord),
    /// Type 12.
    FeatureLevel(FeatureLevelRecord),
    /// Type 14.
    ClientQuota(ClientQuotaRecord),
    /// Type 15.
    ProducerIds(ProducerIdsRecord),
    /// Type 17.
    BrokerRegistrationChange(BrokerRegistrationChangeRecord),
    /// Type 18.
    AccessControlEntry(AccessControlEntryRecord),
    /// Type 19.
    RemoveAccessControlEntry(RemoveAccessControlEntryRecord),
    /// Type 20.
    NoOp(NoOpRecord),
    /// Type 21.
    ZkMigrationState(ZkMigrationStateRecord),
    /// Type 22.
    RemoveUserScramCredential(RemoveUserScramCredentialRecord),
    /// Type 23.
    BeginTransaction(BeginTransactionRecord),
    /// Type 24.
    EndTransaction(EndTransactionRecord),
    /// Type 25.
    AbortTransaction(AbortTransactionRecord),
    /// Type 26.
    RemoveDelegationToken(RemoveDelegationTokenRecord),
    /// Type 27.
    RegisterController(RegisterControllerRecord),
    /// Type 28.
    ClearElr(ClearElrRecord),
}

impl MetadataRecord {
    /// The record's type.
    pub const fn key(&self) -> i16 {
        match self {
            Self::RegisterBroker(_) => 0,
            Self::UnregisterBroker(_) => 1,
            Self::Topic(_) => 2,
            Self::Partition(_) => 3,
            Self::Config(_) => 4,
            Self::PartitionChange(_) => 5,
            Self::FenceBroker(_) => 7,
            Self::UnfenceBroker(_) => 8,
            Self::RemoveTopic(_) => 9,
            Self::DelegationToken(_) => 10,
            Self::UserScramCredential(_) => 11,
            Self::FeatureLevel(_) => 12,
            Self::ClientQuota(_) => 14,
            Self::ProducerIds(_) => 15,
            Self::BrokerRegistrationChange(_) => 17,
            Self::AccessControlEntry(_) => 18,
            Self::RemoveAccessControlEntry(_) => 19,
            Self::NoOp(_) => 20,
            Self::ZkMigrationState(_) => 21,
            Self::RemoveUserScramCredential(_) => 22,
            Self::BeginTransaction(_) => 23,
            Self::EndTransaction(_) => 24,
            Self::AbortTransaction(_) => 25,
            Self::RemoveDelegationToken(_) => 26,
            Self::RegisterController(_) => 27,
            Self::ClearElr(_) => 28,
        }
    }

    /// Reads a framed record; also returns its version.
    pub fn decode(bytes: Bytes) -> Result<(Self, i16), FrameError> {
        let mut r = Reader::new(bytes);
        let (key, version) = read_frame_header(&mut r)?;
        let record = match key {
            0 => Self::RegisterBroker(RegisterBrokerRecord::decode(&mut r, version)?),
            1 => Self::UnregisterBroker(UnregisterBrokerRecord::decode(&mut r, version)?),
            2 => Self::Topic(TopicRecord::decode(&mut r, version)?),
            3 => Self::Partition(PartitionRecord::decode(&mut r, version)?),
            4 => Self::Config(ConfigRecord::decode(&mut r, version)?),
            5 => Self::PartitionChange(PartitionChangeRecord::decode(&mut r, version)?),
            7 => Self::FenceBroker(FenceBrokerRecord::decode(&mut r, version)?),
            8 => Self::UnfenceBroker(UnfenceBrokerRecord::decode(&mut r, version)?),
            9 => Self::RemoveTopic(RemoveTopicRecord::decode(&mut r, version)?),
            10 => Self::DelegationToken(DelegationTokenRecord::decode(&mut r, version)?),
            11 => Self::UserScramCredential(UserScramCredentialRecord::decode(&mut r, version)?),
            12 => Self::FeatureLevel(FeatureLevelRecord::decode(&mut r, version)?),
            14 => Self::ClientQuota(ClientQuotaRecord::decode(&mut r, version)?),
            15 => Self::ProducerIds(ProducerIdsRecord::decode(&mut r, version)?),
            17 => Self::BrokerRegistrationChange(BrokerRegistrationChangeRecord::decode(&mut r, version)?),
            18 => Self::AccessControlEntry(AccessControlEntryRecord::decode(&mut r, version)?),
            19 => Self::RemoveAccessControlEntry(RemoveAccessControlEntryRecord::decode(&mut r, version)?),
            20 => Self::NoOp(NoOpRecord::decode(&mut r, version)?),
            21 => Self::ZkMigrationState(ZkMigrationStateRecord::decode(&mut r, version)?),
            22 => Self::RemoveUserScramCredential(RemoveUserScramCredentialRecord::decode(&mut r, version)?),
            23 => Self::BeginTransaction(BeginTransactionRecord::decode(&mut r, version)?),
            24 => Self::EndTransaction(EndTransactionRecord::decode(&mut r, version)?),
            25 => Self::AbortTransaction(AbortTransactionRecord::decode(&mut r, version)?),
            26 => Self::RemoveDelegationToken(RemoveDelegationTokenRecord::decode(&mut r, version)?),
            27 => Self::RegisterController(RegisterControllerRecord::decode(&mut r, version)?),
            28 => Self::ClearElr(ClearElrRecord::decode(&mut r, version)?),
            other => return Err(FrameError::UnknownType(i32::from(other))),
        };
        r.finish()?;
        Ok((record, version))
    }

    /// The record with its frame.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        match self {
            Self::RegisterBroker(record) => write_framed(record, version),
            Self::UnregisterBroker(record) => write_framed(record, version),
            Self::Topic(record) => write_framed(record, version),
            Self::Partition(record) => write_framed(record, version),
            Self::Config(record) => write_framed(record, version),
            Self::PartitionChange(record) => write_framed(record, version),
            Self::FenceBroker(record) => write_framed(record, version),
            Self::UnfenceBroker(record) => write_framed(record, version),
            Self::RemoveTopic(record) => write_framed(record, version),
            Self::DelegationToken(record) => write_framed(record, version),
            Self::UserScramCredential(record) => write_framed(record, version),
            Self::FeatureLevel(record) => write_framed(record, version),
            Self::ClientQuota(record) => write_framed(record, version),
            Self::ProducerIds(record) => write_framed(record, version),
            Self::BrokerRegistrationChange(record) => write_framed(record, version),
            Self::AccessControlEntry(record) => write_framed(record, version),
            Self::RemoveAccessControlEntry(record) => write_framed(record, version),
            Self::NoOp(record) => write_framed(record, version),
            Self::ZkMigrationState(record) => write_framed(record, version),
            Self::RemoveUserScramCredential(record) => write_framed(record, version),
            Self::BeginTransaction(record) => write_framed(record, version),
            Self::EndTransaction(record) => write_framed(record, version),
            Self::AbortTransaction(record) => write_framed(record, version),
            Self::RemoveDelegationToken(record) => write_framed(record, version),
            Self::RegisterController(record) => write_framed(record, version),
            Self::ClearElr(record) => write_framed(record, version),
        }
    }
}
