//! Every API by key. Written by `cargo xtask codegen`; do not edit.

/// Who listens for an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listener {
    /// A broker.
    Broker,
    /// A controller.
    Controller,
}

/// An API: the number that a request header starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum ApiKey {
    /// `ProduceRequest` and its response, versions 3-13.
    Produce = 0,
    /// `FetchRequest` and its response, versions 4-18.
    Fetch = 1,
    /// `ListOffsetsRequest` and its response, versions 1-11.
    ListOffsets = 2,
    /// `MetadataRequest` and its response, versions 0-13.
    Metadata = 3,
    /// `OffsetCommitRequest` and its response, versions 2-10.
    OffsetCommit = 8,
    /// `OffsetFetchRequest` and its response, versions 1-10.
    OffsetFetch = 9,
    /// `FindCoordinatorRequest` and its response, versions 0-6.
    FindCoordinator = 10,
    /// `JoinGroupRequest` and its response, versions 0-9.
    JoinGroup = 11,
    /// `HeartbeatRequest` and its response, versions 0-4.
    Heartbeat = 12,
    /// `LeaveGroupRequest` and its response, versions 0-5.
    LeaveGroup = 13,
    /// `SyncGroupRequest` and its response, versions 0-5.
    SyncGroup = 14,
    /// `DescribeGroupsRequest` and its response, versions 0-6.
    DescribeGroups = 15,
    /// `ListGroupsRequest` and its response, versions 0-5.
    ListGroups = 16,
    /// `SaslHandshakeRequest` and its response, versions 0-1.
    SaslHandshake = 17,
    /// `ApiVersionsRequest` and its response, versions 0-4.
    ApiVersions = 18,
    /// `CreateTopicsRequest` and its response, versions 2-7.
    CreateTopics = 19,
    /// `DeleteTopicsRequest` and its response, versions 1-6.
    DeleteTopics = 20,
    /// `DeleteRecordsRequest` and its response, versions 0-2.
    DeleteRecords = 21,
    /// `InitProducerIdRequest` and its response, versions 0-6.
    InitProducerId = 22,
    /// `OffsetForLeaderEpochRequest` and its response, versions 2-4.
    OffsetForLeaderEpoch = 23,
    /// `AddPartitionsToTxnRequest` and its response, versions 0-5.
    AddPartitionsToTxn = 24,
    /// `AddOffsetsToTxnRequest` and its response, versions 0-4.
    AddOffsetsToTxn = 25,
    /// `EndTxnRequest` and its response, versions 0-5.
    EndTxn = 26,
    /// `WriteTxnMarkersRequest` and its response, versions 1-2.
    WriteTxnMarkers = 27,
    /// `TxnOffsetCommitRequest` and its response, versions 0-5.
    TxnOffsetCommit = 28,
    /// `DescribeAclsRequest` and its response, versions 1-3.
    DescribeAcls = 29,
    /// `CreateAclsRequest` and its response, versions 1-3.
    CreateAcls = 30,
    /// `DeleteAclsRequest` and its response, versions 1-3.
    DeleteAcls = 31,
    /// `DescribeConfigsRequest` and its response, versions 1-4.
    DescribeConfigs = 32,
    /// `AlterConfigsRequest` and its response, versions 0-2.
    AlterConfigs = 33,
    /// `AlterReplicaLogDirsRequest` and its response, versions 1-2.
    AlterReplicaLogDirs = 34,
    /// `DescribeLogDirsRequest` and its response, versions 1-5.
    DescribeLogDirs = 35,
    /// `SaslAuthenticateRequest` and its response, versions 0-2.
    SaslAuthenticate = 36,
    /// `CreatePartitionsRequest` and its response, versions 0-3.
    CreatePartitions = 37,
    /// `CreateDelegationTokenRequest` and its response, versions 1-3.
    CreateDelegationToken = 38,
    /// `RenewDelegationTokenRequest` and its response, versions 1-2.
    RenewDelegationToken = 39,
    /// `ExpireDelegationTokenRequest` and its response, versions 1-2.
    ExpireDelegationToken = 40,
    /// `DescribeDelegationTokenRequest` and its response, versions 1-3.
    DescribeDelegationToken = 41,
    /// `DeleteGroupsRequest` and its response, versions 0-2.
    DeleteGroups = 42,
    /// `ElectLeadersRequest` and its response, versions 0-2.
    ElectLeaders = 43,
    /// `IncrementalAlterConfigsRequest` and its response, versions 0-1.
    IncrementalAlterConfigs = 44,
    /// `AlterPartitionReassignmentsRequest` and its response, versions 0-1.
    AlterPartitionReassignments = 45,
    /// `ListPartitionReassignmentsRequest` and its response, versions 0-0.
    ListPartitionReassignments = 46,
    /// `OffsetDeleteRequest` and its response, versions 0-0.
    OffsetDelete = 47,
    /// `DescribeClientQuotasRequest` and its response, versions 0-1.
    DescribeClientQuotas = 48,
    /// `AlterClientQuotasRequest` and its response, versions 0-1.
    AlterClientQuotas = 49,
    /// `DescribeUserScramCredentialsRequest` and its response, versions 0-0.
    DescribeUserScramCredentials = 50,
    /// `AlterUserScramCredentialsRequest` and its response, versions 0-0.
    AlterUserScramCredentials = 51,
    /// `VoteRequest` and its response, versions 0-2.
    Vote = 52,
    /// `BeginQuorumEpochRequest` and its response, versions 0-1.
    BeginQuorumEpoch = 53,
    /// `EndQuorumEpochRequest` and its response, versions 0-1.
    EndQuorumEpoch = 54,
    /// `DescribeQuorumRequest` and its response, versions 0-2.
    DescribeQuorum = 55,
    /// `AlterPartitionRequest` and its response, versions 2-3.
    AlterPartition = 56,
    /// `UpdateFeaturesRequest` and its response, versions 0-2.
    UpdateFeatures = 57,
    /// `EnvelopeRequest` and its response, versions 0-0.
    Envelope = 58,
    /// `FetchSnapshotRequest` and its response, versions 0-1.
    FetchSnapshot = 59,
    /// `DescribeClusterRequest` and its response, versions 0-2.
    DescribeCluster = 60,
    /// `DescribeProducersRequest` and its response, versions 0-0.
    DescribeProducers = 61,
    /// `BrokerRegistrationRequest` and its response, versions 0-4.
    BrokerRegistration = 62,
    /// `BrokerHeartbeatRequest` and its response, versions 0-2.
    BrokerHeartbeat = 63,
    /// `UnregisterBrokerRequest` and its response, versions 0-0.
    UnregisterBroker = 64,
    /// `DescribeTransactionsRequest` and its response, versions 0-0.
    DescribeTransactions = 65,
    /// `ListTransactionsRequest` and its response, versions 0-2.
    ListTransactions = 66,
    /// `AllocateProducerIdsRequest` and its response, versions 0-0.
    AllocateProducerIds = 67,
    /// `ConsumerGroupHeartbeatRequest` and its response, versions 0-1.
    ConsumerGroupHeartbeat = 68,
    /// `ConsumerGroupDescribeRequest` and its response, versions 0-1.
    ConsumerGroupDescribe = 69,
    /// `ControllerRegistrationRequest` and its response, versions 0-0.
    ControllerRegistration = 70,
    /// `GetTelemetrySubscriptionsRequest` and its response, versions 0-0.
    GetTelemetrySubscriptions = 71,
    /// `PushTelemetryRequest` and its response, versions 0-0.
    PushTelemetry = 72,
    /// `AssignReplicasToDirsRequest` and its response, versions 0-0.
    AssignReplicasToDirs = 73,
    /// `ListConfigResourcesRequest` and its response, versions 0-1.
    ListConfigResources = 74,
    /// `DescribeTopicPartitionsRequest` and its response, versions 0-0.
    DescribeTopicPartitions = 75,
    /// `ShareGroupHeartbeatRequest` and its response, versions 1-1.
    ShareGroupHeartbeat = 76,
    /// `ShareGroupDescribeRequest` and its response, versions 1-1.
    ShareGroupDescribe = 77,
    /// `ShareFetchRequest` and its response, versions 1-2.
    ShareFetch = 78,
    /// `ShareAcknowledgeRequest` and its response, versions 1-2.
    ShareAcknowledge = 79,
    /// `AddRaftVoterRequest` and its response, versions 0-1.
    AddRaftVoter = 80,
    /// `RemoveRaftVoterRequest` and its response, versions 0-0.
    RemoveRaftVoter = 81,
    /// `UpdateRaftVoterRequest` and its response, versions 0-0.
    UpdateRaftVoter = 82,
    /// `InitializeShareGroupStateRequest` and its response, versions 0-0.
    InitializeShareGroupState = 83,
    /// `ReadShareGroupStateRequest` and its response, versions 0-0.
    ReadShareGroupState = 84,
    /// `WriteShareGroupStateRequest` and its response, versions 0-1.
    WriteShareGroupState = 85,
    /// `DeleteShareGroupStateRequest` and its response, versions 0-0.
    DeleteShareGroupState = 86,
    /// `ReadShareGroupStateSummaryRequest` and its response, versions 0-1.
    ReadShareGroupStateSummary = 87,
    /// `StreamsGroupHeartbeatRequest` and its response, versions 0-0.
    StreamsGroupHeartbeat = 88,
    /// `StreamsGroupDescribeRequest` and its response, versions 0-0.
    StreamsGroupDescribe = 89,
    /// `DescribeShareGroupOffsetsRequest` and its response, versions 0-1.
    DescribeShareGroupOffsets = 90,
    /// `AlterShareGroupOffsetsRequest` and its response, versions 0-0.
    AlterShareGroupOffsets = 91,
    /// `DeleteShareGroupOffsetsRequest` and its response, versions 0-0.
    DeleteShareGroupOffsets = 92,
}

impl ApiKey {
    /// Every API, by key.
    pub const ALL: &'static [Self] = &[
        Self::Produce,
        Self::Fetch,
        Self::ListOffsets,
        Self::Metadata,
        Self::OffsetCommit,
        Self::OffsetFetch,
        Self::FindCoordinator,
        Self::JoinGroup,
        Self::Heartbeat,
        Self::LeaveGroup,
        Self::SyncGroup,
        Self::DescribeGroups,
        Self::ListGroups,
        Self::SaslHandshake,
        Self::ApiVersions,
        Self::CreateTopics,
        Self::DeleteTopics,
        Self::DeleteRecords,
        Self::InitProducerId,
        Self::OffsetForLeaderEpoch,
        Self::AddPartitionsToTxn,
        Self::AddOffsetsToTxn,
        Self::EndTxn,
        Self::WriteTxnMarkers,
        Self::TxnOffsetCommit,
        Self::DescribeAcls,
        Self::CreateAcls,
        Self::DeleteAcls,
        Self::DescribeConfigs,
        Self::AlterConfigs,
        Self::AlterReplicaLogDirs,
        Self::DescribeLogDirs,
        Self::SaslAuthenticate,
        Self::CreatePartitions,
        Self::CreateDelegationToken,
        Self::RenewDelegationToken,
        Self::ExpireDelegationToken,
        Self::DescribeDelegationToken,
        Self::DeleteGroups,
        Self::ElectLeaders,
        Self::IncrementalAlterConfigs,
        Self::AlterPartitionReassignments,
        Self::ListPartitionReassignments,
        Self::OffsetDelete,
        Self::DescribeClientQuotas,
        Self::AlterClientQuotas,
        Self::DescribeUserScramCredentials,
        Self::AlterUserScramCredentials,
        Self::Vote,
        Self::BeginQuorumEpoch,
        Self::EndQuorumEpoch,
        Self::DescribeQuorum,
        Self::AlterPartition,
        Self::UpdateFeatures,
        Self::Envelope,
        Self::FetchSnapshot,
        Self::DescribeCluster,
        Self::DescribeProducers,
        Self::BrokerRegistration,
        Self::BrokerHeartbeat,
        Self::UnregisterBroker,
        Self::DescribeTransactions,
        Self::ListTransactions,
        Self::AllocateProducerIds,
        Self::ConsumerGroupHeartbeat,
        Self::ConsumerGroupDescribe,
        Self::ControllerRegistration,
        Self::GetTelemetrySubscriptions,
        Self::PushTelemetry,
        Self::AssignReplicasToDirs,
        Self::ListConfigResources,
        Self::DescribeTopicPartitions,
        Self::ShareGroupHeartbeat,
        Self::ShareGroupDescribe,
        Self::ShareFetch,
        Self::ShareAcknowledge,
        Self::AddRaftVoter,
        Self::RemoveRaftVoter,
        Self::UpdateRaftVoter,
        Self::InitializeShareGroupState,
        Self::ReadShareGroupState,
        Self::WriteShareGroupState,
        Self::DeleteShareGroupState,
        Self::ReadShareGroupStateSummary,
        Self::StreamsGroupHeartbeat,
        Self::StreamsGroupDescribe,
        Self::DescribeShareGroupOffsets,
        Self::AlterShareGroupOffsets,
        Self::DeleteShareGroupOffsets,
    ];

    /// The API of a key, if Kafka has one.
    pub const fn from_id(id: i16) -> Option<Self> {
        Some(match id {
            0 => Self::Produce,
            1 => Self::Fetch,
            2 => Self::ListOffsets,
            3 => Self::Metadata,
            8 => Self::OffsetCommit,
            9 => Self::OffsetFetch,
            10 => Self::FindCoordinator,
            11 => Self::JoinGroup,
            12 => Self::Heartbeat,
            13 => Self::LeaveGroup,
            14 => Self::SyncGroup,
            15 => Self::DescribeGroups,
            16 => Self::ListGroups,
            17 => Self::SaslHandshake,
            18 => Self::ApiVersions,
            19 => Self::CreateTopics,
            20 => Self::DeleteTopics,
            21 => Self::DeleteRecords,
            22 => Self::InitProducerId,
            23 => Self::OffsetForLeaderEpoch,
            24 => Self::AddPartitionsToTxn,
            25 => Self::AddOffsetsToTxn,
            26 => Self::EndTxn,
            27 => Self::WriteTxnMarkers,
            28 => Self::TxnOffsetCommit,
            29 => Self::DescribeAcls,
            30 => Self::CreateAcls,
            31 => Self::DeleteAcls,
            32 => Self::DescribeConfigs,
            33 => Self::AlterConfigs,
            34 => Self::AlterReplicaLogDirs,
            35 => Self::DescribeLogDirs,
            36 => Self::SaslAuthenticate,
            37 => Self::CreatePartitions,
            38 => Self::CreateDelegationToken,
            39 => Self::RenewDelegationToken,
            40 => Self::ExpireDelegationToken,
            41 => Self::DescribeDelegationToken,
            42 => Self::DeleteGroups,
            43 => Self::ElectLeaders,
            44 => Self::IncrementalAlterConfigs,
            45 => Self::AlterPartitionReassignments,
            46 => Self::ListPartitionReassignments,
            47 => Self::OffsetDelete,
            48 => Self::DescribeClientQuotas,
            49 => Self::AlterClientQuotas,
            50 => Self::DescribeUserScramCredentials,
            51 => Self::AlterUserScramCredentials,
            52 => Self::Vote,
            53 => Self::BeginQuorumEpoch,
            54 => Self::EndQuorumEpoch,
            55 => Self::DescribeQuorum,
            56 => Self::AlterPartition,
            57 => Self::UpdateFeatures,
            58 => Self::Envelope,
            59 => Self::FetchSnapshot,
            60 => Self::DescribeCluster,
            61 => Self::DescribeProducers,
            62 => Self::BrokerRegistration,
            63 => Self::BrokerHeartbeat,
            64 => Self::UnregisterBroker,
            65 => Self::DescribeTransactions,
            66 => Self::ListTransactions,
            67 => Self::AllocateProducerIds,
            68 => Self::ConsumerGroupHeartbeat,
            69 => Self::ConsumerGroupDescribe,
            70 => Self::ControllerRegistration,
            71 => Self::GetTelemetrySubscriptions,
            72 => Self::PushTelemetry,
            73 => Self::AssignReplicasToDirs,
            74 => Self::ListConfigResources,
            75 => Self::DescribeTopicPartitions,
            76 => Self::ShareGroupHeartbeat,
            77 => Self::ShareGroupDescribe,
            78 => Self::ShareFetch,
            79 => Self::ShareAcknowledge,
            80 => Self::AddRaftVoter,
            81 => Self::RemoveRaftVoter,
            82 => Self::UpdateRaftVoter,
            83 => Self::InitializeShareGroupState,
            84 => Self::ReadShareGroupState,
            85 => Self::WriteShareGroupState,
            86 => Self::DeleteShareGroupState,
            87 => Self::ReadShareGroupStateSummary,
            88 => Self::StreamsGroupHeartbeat,
            89 => Self::StreamsGroupDescribe,
            90 => Self::DescribeShareGroupOffsets,
            91 => Self::AlterShareGroupOffsets,
            92 => Self::DeleteShareGroupOffsets,
            _ => return None,
        })
    }

    /// The key.
    pub const fn id(self) -> i16 {
        self as i16
    }

    /// Kafka's name, without `Request`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Produce => "Produce",
            Self::Fetch => "Fetch",
            Self::ListOffsets => "ListOffsets",
            Self::Metadata => "Metadata",
            Self::OffsetCommit => "OffsetCommit",
            Self::OffsetFetch => "OffsetFetch",
            Self::FindCoordinator => "FindCoordinator",
            Self::JoinGroup => "JoinGroup",
            Self::Heartbeat => "Heartbeat",
            Self::LeaveGroup => "LeaveGroup",
            Self::SyncGroup => "SyncGroup",
            Self::DescribeGroups => "DescribeGroups",
            Self::ListGroups => "ListGroups",
            Self::SaslHandshake => "SaslHandshake",
            Self::ApiVersions => "ApiVersions",
            Self::CreateTopics => "CreateTopics",
            Self::DeleteTopics => "DeleteTopics",
            Self::DeleteRecords => "DeleteRecords",
            Self::InitProducerId => "InitProducerId",
            Self::OffsetForLeaderEpoch => "OffsetForLeaderEpoch",
            Self::AddPartitionsToTxn => "AddPartitionsToTxn",
            Self::AddOffsetsToTxn => "AddOffsetsToTxn",
            Self::EndTxn => "EndTxn",
            Self::WriteTxnMarkers => "WriteTxnMarkers",
            Self::TxnOffsetCommit => "TxnOffsetCommit",
            Self::DescribeAcls => "DescribeAcls",
            Self::CreateAcls => "CreateAcls",
            Self::DeleteAcls => "DeleteAcls",
            Self::DescribeConfigs => "DescribeConfigs",
            Self::AlterConfigs => "AlterConfigs",
            Self::AlterReplicaLogDirs => "AlterReplicaLogDirs",
            Self::DescribeLogDirs => "DescribeLogDirs",
            Self::SaslAuthenticate => "SaslAuthenticate",
            Self::CreatePartitions => "CreatePartitions",
            Self::CreateDelegationToken => "CreateDelegationToken",
            Self::RenewDelegationToken => "RenewDelegationToken",
            Self::ExpireDelegationToken => "ExpireDelegationToken",
            Self::DescribeDelegationToken => "DescribeDelegationToken",
            Self::DeleteGroups => "DeleteGroups",
            Self::ElectLeaders => "ElectLeaders",
            Self::IncrementalAlterConfigs => "IncrementalAlterConfigs",
            Self::AlterPartitionReassignments => "AlterPartitionReassignments",
            Self::ListPartitionReassignments => "ListPartitionReassignments",
            Self::OffsetDelete => "OffsetDelete",
            Self::DescribeClientQuotas => "DescribeClientQuotas",
            Self::AlterClientQuotas => "AlterClientQuotas",
            Self::DescribeUserScramCredentials => "DescribeUserScramCredentials",
            Self::AlterUserScramCredentials => "AlterUserScramCredentials",
            Self::Vote => "Vote",
            Self::BeginQuorumEpoch => "BeginQuorumEpoch",
            Self::EndQuorumEpoch => "EndQuorumEpoch",
            Self::DescribeQuorum => "DescribeQuorum",
            Self::AlterPartition => "AlterPartition",
            Self::UpdateFeatures => "UpdateFeatures",
            Self::Envelope => "Envelope",
            Self::FetchSnapshot => "FetchSnapshot",
            Self::DescribeCluster => "DescribeCluster",
            Self::DescribeProducers => "DescribeProducers",
            Self::BrokerRegistration => "BrokerRegistration",
            Self::BrokerHeartbeat => "BrokerHeartbeat",
            Self::UnregisterBroker => "UnregisterBroker",
            Self::DescribeTransactions => "DescribeTransactions",
            Self::ListTransactions => "ListTransactions",
            Self::AllocateProducerIds => "AllocateProducerIds",
            Self::ConsumerGroupHeartbeat => "ConsumerGroupHeartbeat",
            Self::ConsumerGroupDescribe => "ConsumerGroupDescribe",
            Self::ControllerRegistration => "ControllerRegistration",
            Self::GetTelemetrySubscriptions => "GetTelemetrySubscriptions",
            Self::PushTelemetry => "PushTelemetry",
            Self::AssignReplicasToDirs => "AssignReplicasToDirs",
            Self::ListConfigResources => "ListConfigResources",
            Self::DescribeTopicPartitions => "DescribeTopicPartitions",
            Self::ShareGroupHeartbeat => "ShareGroupHeartbeat",
            Self::ShareGroupDescribe => "ShareGroupDescribe",
            Self::ShareFetch => "ShareFetch",
            Self::ShareAcknowledge => "ShareAcknowledge",
            Self::AddRaftVoter => "AddRaftVoter",
            Self::RemoveRaftVoter => "RemoveRaftVoter",
            Self::UpdateRaftVoter => "UpdateRaftVoter",
            Self::InitializeShareGroupState => "InitializeShareGroupState",
            Self::ReadShareGroupState => "ReadShareGroupState",
            Self::WriteShareGroupState => "WriteShareGroupState",
            Self::DeleteShareGroupState => "DeleteShareGroupState",
            Self::ReadShareGroupStateSummary => "ReadShareGroupStateSummary",
            Self::StreamsGroupHeartbeat => "StreamsGroupHeartbeat",
            Self::StreamsGroupDescribe => "StreamsGroupDescribe",
            Self::DescribeShareGroupOffsets => "DescribeShareGroupOffsets",
            Self::AlterShareGroupOffsets => "AlterShareGroupOffsets",
            Self::DeleteShareGroupOffsets => "DeleteShareGroupOffsets",
        }
    }

    /// Lowest valid version.
    pub const fn min_version(self) -> i16 {
        match self {
            Self::Produce => 3,
            Self::Fetch => 4,
            Self::ListOffsets
            | Self::OffsetFetch
            | Self::DeleteTopics
            | Self::WriteTxnMarkers
            | Self::DescribeAcls
            | Self::CreateAcls
            | Self::DeleteAcls
            | Self::DescribeConfigs
            | Self::AlterReplicaLogDirs
            | Self::DescribeLogDirs
            | Self::CreateDelegationToken
            | Self::RenewDelegationToken
            | Self::ExpireDelegationToken
            | Self::DescribeDelegationToken
            | Self::ShareGroupHeartbeat
            | Self::ShareGroupDescribe
            | Self::ShareFetch
            | Self::ShareAcknowledge => 1,
            Self::Metadata
            | Self::FindCoordinator
            | Self::JoinGroup
            | Self::Heartbeat
            | Self::LeaveGroup
            | Self::SyncGroup
            | Self::DescribeGroups
            | Self::ListGroups
            | Self::SaslHandshake
            | Self::ApiVersions
            | Self::DeleteRecords
            | Self::InitProducerId
            | Self::AddPartitionsToTxn
            | Self::AddOffsetsToTxn
            | Self::EndTxn
            | Self::TxnOffsetCommit
            | Self::AlterConfigs
            | Self::SaslAuthenticate
            | Self::CreatePartitions
            | Self::DeleteGroups
            | Self::ElectLeaders
            | Self::IncrementalAlterConfigs
            | Self::AlterPartitionReassignments
            | Self::ListPartitionReassignments
            | Self::OffsetDelete
            | Self::DescribeClientQuotas
            | Self::AlterClientQuotas
            | Self::DescribeUserScramCredentials
            | Self::AlterUserScramCredentials
            | Self::Vote
            | Self::BeginQuorumEpoch
            | Self::EndQuorumEpoch
            | Self::DescribeQuorum
            | Self::UpdateFeatures
            | Self::Envelope
            | Self::FetchSnapshot
            | Self::DescribeCluster
            | Self::DescribeProducers
            | Self::BrokerRegistration
            | Self::BrokerHeartbeat
            | Self::UnregisterBroker
            | Self::DescribeTransactions
            | Self::ListTransactions
            | Self::AllocateProducerIds
            | Self::ConsumerGroupHeartbeat
            | Self::ConsumerGroupDescribe
            | Self::ControllerRegistration
            | Self::GetTelemetrySubscriptions
            | Self::PushTelemetry
            | Self::AssignReplicasToDirs
            | Self::ListConfigResources
            | Self::DescribeTopicPartitions
            | Self::AddRaftVoter
            | Self::RemoveRaftVoter
            | Self::UpdateRaftVoter
            | Self::InitializeShareGroupState
            | Self::ReadShareGroupState
            | Self::WriteShareGroupState
            | Self::DeleteShareGroupState
            | Self::ReadShareGroupStateSummary
            | Self::StreamsGroupHeartbeat
            | Self::StreamsGroupDescribe
            | Self::DescribeShareGroupOffsets
            | Self::AlterShareGroupOffsets
            | Self::DeleteShareGroupOffsets => 0,
            Self::OffsetCommit | Self::CreateTopics | Self::OffsetForLeaderEpoch | Self::AlterPartition => 2,
        }
    }

    /// Highest valid version.
    pub const fn max_version(self) -> i16 {
        match self {
            Self::Produce | Self::Metadata => 13,
            Self::Fetch => 18,
            Self::ListOffsets => 11,
            Self::OffsetCommit | Self::OffsetFetch => 10,
            Self::FindCoordinator | Self::DescribeGroups | Self::DeleteTopics | Self::InitProducerId => 6,
            Self::JoinGroup => 9,
            Self::Heartbeat
            | Self::ApiVersions
            | Self::OffsetForLeaderEpoch
            | Self::AddOffsetsToTxn
            | Self::DescribeConfigs
            | Self::BrokerRegistration => 4,
            Self::LeaveGroup
            | Self::SyncGroup
            | Self::ListGroups
            | Self::AddPartitionsToTxn
            | Self::EndTxn
            | Self::TxnOffsetCommit
            | Self::DescribeLogDirs => 5,
            Self::SaslHandshake
            | Self::IncrementalAlterConfigs
            | Self::AlterPartitionReassignments
            | Self::DescribeClientQuotas
            | Self::AlterClientQuotas
            | Self::BeginQuorumEpoch
            | Self::EndQuorumEpoch
            | Self::FetchSnapshot
            | Self::ConsumerGroupHeartbeat
            | Self::ConsumerGroupDescribe
            | Self::ListConfigResources
            | Self::ShareGroupHeartbeat
            | Self::ShareGroupDescribe
            | Self::AddRaftVoter
            | Self::WriteShareGroupState
            | Self::ReadShareGroupStateSummary
            | Self::DescribeShareGroupOffsets => 1,
            Self::CreateTopics => 7,
            Self::DeleteRecords
            | Self::WriteTxnMarkers
            | Self::AlterConfigs
            | Self::AlterReplicaLogDirs
            | Self::SaslAuthenticate
            | Self::RenewDelegationToken
            | Self::ExpireDelegationToken
            | Self::DeleteGroups
            | Self::ElectLeaders
            | Self::Vote
            | Self::DescribeQuorum
            | Self::UpdateFeatures
            | Self::DescribeCluster
            | Self::BrokerHeartbeat
            | Self::ListTransactions
            | Self::ShareFetch
            | Self::ShareAcknowledge => 2,
            Self::DescribeAcls
            | Self::CreateAcls
            | Self::DeleteAcls
            | Self::CreatePartitions
            | Self::CreateDelegationToken
            | Self::DescribeDelegationToken
            | Self::AlterPartition => 3,
            Self::ListPartitionReassignments
            | Self::OffsetDelete
            | Self::DescribeUserScramCredentials
            | Self::AlterUserScramCredentials
            | Self::Envelope
            | Self::DescribeProducers
            | Self::UnregisterBroker
            | Self::DescribeTransactions
            | Self::AllocateProducerIds
            | Self::ControllerRegistration
            | Self::GetTelemetrySubscriptions
            | Self::PushTelemetry
            | Self::AssignReplicasToDirs
            | Self::DescribeTopicPartitions
            | Self::RemoveRaftVoter
            | Self::UpdateRaftVoter
            | Self::InitializeShareGroupState
            | Self::ReadShareGroupState
            | Self::DeleteShareGroupState
            | Self::StreamsGroupHeartbeat
            | Self::StreamsGroupDescribe
            | Self::AlterShareGroupOffsets
            | Self::DeleteShareGroupOffsets => 0,
        }
    }

    /// Highest version that Kafka calls stable: what a broker advertises.
    pub const fn latest_stable(self) -> i16 {
        match self {
            Self::Produce | Self::Metadata => 13,
            Self::Fetch => 18,
            Self::ListOffsets => 11,
            Self::OffsetCommit | Self::OffsetFetch => 10,
            Self::FindCoordinator | Self::DescribeGroups | Self::DeleteTopics => 6,
            Self::JoinGroup => 9,
            Self::Heartbeat
            | Self::ApiVersions
            | Self::OffsetForLeaderEpoch
            | Self::AddOffsetsToTxn
            | Self::DescribeConfigs
            | Self::BrokerRegistration => 4,
            Self::LeaveGroup
            | Self::SyncGroup
            | Self::ListGroups
            | Self::InitProducerId
            | Self::AddPartitionsToTxn
            | Self::EndTxn
            | Self::TxnOffsetCommit
            | Self::DescribeLogDirs => 5,
            Self::SaslHandshake
            | Self::IncrementalAlterConfigs
            | Self::AlterPartitionReassignments
            | Self::DescribeClientQuotas
            | Self::AlterClientQuotas
            | Self::BeginQuorumEpoch
            | Self::EndQuorumEpoch
            | Self::FetchSnapshot
            | Self::ConsumerGroupHeartbeat
            | Self::ConsumerGroupDescribe
            | Self::ListConfigResources
            | Self::ShareGroupHeartbeat
            | Self::ShareGroupDescribe
            | Self::AddRaftVoter
            | Self::WriteShareGroupState
            | Self::ReadShareGroupStateSummary
            | Self::DescribeShareGroupOffsets => 1,
            Self::CreateTopics => 7,
            Self::DeleteRecords
            | Self::WriteTxnMarkers
            | Self::AlterConfigs
            | Self::AlterReplicaLogDirs
            | Self::SaslAuthenticate
            | Self::RenewDelegationToken
            | Self::ExpireDelegationToken
            | Self::DeleteGroups
            | Self::ElectLeaders
            | Self::Vote
            | Self::DescribeQuorum
            | Self::UpdateFeatures
            | Self::DescribeCluster
            | Self::BrokerHeartbeat
            | Self::ListTransactions
            | Self::ShareFetch
            | Self::ShareAcknowledge => 2,
            Self::DescribeAcls
            | Self::CreateAcls
            | Self::DeleteAcls
            | Self::CreatePartitions
            | Self::CreateDelegationToken
            | Self::DescribeDelegationToken
            | Self::AlterPartition => 3,
            Self::ListPartitionReassignments
            | Self::OffsetDelete
            | Self::DescribeUserScramCredentials
            | Self::AlterUserScramCredentials
            | Self::Envelope
            | Self::DescribeProducers
            | Self::UnregisterBroker
            | Self::DescribeTransactions
            | Self::AllocateProducerIds
            | Self::ControllerRegistration
            | Self::GetTelemetrySubscriptions
            | Self::PushTelemetry
            | Self::AssignReplicasToDirs
            | Self::DescribeTopicPartitions
            | Self::RemoveRaftVoter
            | Self::UpdateRaftVoter
            | Self::InitializeShareGroupState
            | Self::ReadShareGroupState
            | Self::DeleteShareGroupState
            | Self::StreamsGroupHeartbeat
            | Self::StreamsGroupDescribe
            | Self::AlterShareGroupOffsets
            | Self::DeleteShareGroupOffsets => 0,
        }
    }

    /// First flexible version; `i16::MAX` when there is none.
    pub const fn first_flexible(self) -> i16 {
        match self {
            Self::Produce | Self::Metadata => 9,
            Self::Fetch => 12,
            Self::ListOffsets | Self::OffsetFetch | Self::JoinGroup => 6,
            Self::OffsetCommit => 8,
            Self::FindCoordinator
            | Self::ListGroups
            | Self::ApiVersions
            | Self::AddPartitionsToTxn
            | Self::AddOffsetsToTxn
            | Self::EndTxn
            | Self::TxnOffsetCommit => 3,
            Self::Heartbeat
            | Self::LeaveGroup
            | Self::SyncGroup
            | Self::DeleteTopics
            | Self::OffsetForLeaderEpoch
            | Self::DescribeConfigs => 4,
            Self::DescribeGroups | Self::CreateTopics => 5,
            Self::SaslHandshake | Self::OffsetDelete => i16::MAX,
            Self::DeleteRecords
            | Self::InitProducerId
            | Self::DescribeAcls
            | Self::CreateAcls
            | Self::DeleteAcls
            | Self::AlterConfigs
            | Self::AlterReplicaLogDirs
            | Self::DescribeLogDirs
            | Self::SaslAuthenticate
            | Self::CreatePartitions
            | Self::CreateDelegationToken
            | Self::RenewDelegationToken
            | Self::ExpireDelegationToken
            | Self::DescribeDelegationToken
            | Self::DeleteGroups
            | Self::ElectLeaders => 2,
            Self::WriteTxnMarkers
            | Self::IncrementalAlterConfigs
            | Self::DescribeClientQuotas
            | Self::AlterClientQuotas
            | Self::BeginQuorumEpoch
            | Self::EndQuorumEpoch => 1,
            Self::AlterPartitionReassignments
            | Self::ListPartitionReassignments
            | Self::DescribeUserScramCredentials
            | Self::AlterUserScramCredentials
            | Self::Vote
            | Self::DescribeQuorum
            | Self::AlterPartition
            | Self::UpdateFeatures
            | Self::Envelope
            | Self::FetchSnapshot
            | Self::DescribeCluster
            | Self::DescribeProducers
            | Self::BrokerRegistration
            | Self::BrokerHeartbeat
            | Self::UnregisterBroker
            | Self::DescribeTransactions
            | Self::ListTransactions
            | Self::AllocateProducerIds
            | Self::ConsumerGroupHeartbeat
            | Self::ConsumerGroupDescribe
            | Self::ControllerRegistration
            | Self::GetTelemetrySubscriptions
            | Self::PushTelemetry
            | Self::AssignReplicasToDirs
            | Self::ListConfigResources
            | Self::DescribeTopicPartitions
            | Self::ShareGroupHeartbeat
            | Self::ShareGroupDescribe
            | Self::ShareFetch
            | Self::ShareAcknowledge
            | Self::AddRaftVoter
            | Self::RemoveRaftVoter
            | Self::UpdateRaftVoter
            | Self::InitializeShareGroupState
            | Self::ReadShareGroupState
            | Self::WriteShareGroupState
            | Self::DeleteShareGroupState
            | Self::ReadShareGroupStateSummary
            | Self::StreamsGroupHeartbeat
            | Self::StreamsGroupDescribe
            | Self::DescribeShareGroupOffsets
            | Self::AlterShareGroupOffsets
            | Self::DeleteShareGroupOffsets => 0,
        }
    }

    /// Who listens for it.
    pub const fn listeners(self) -> &'static [Listener] {
        match self {
            Self::Produce
            | Self::ListOffsets
            | Self::Metadata
            | Self::OffsetCommit
            | Self::OffsetFetch
            | Self::FindCoordinator
            | Self::JoinGroup
            | Self::Heartbeat
            | Self::LeaveGroup
            | Self::SyncGroup
            | Self::DescribeGroups
            | Self::ListGroups
            | Self::DeleteRecords
            | Self::InitProducerId
            | Self::OffsetForLeaderEpoch
            | Self::AddPartitionsToTxn
            | Self::AddOffsetsToTxn
            | Self::EndTxn
            | Self::WriteTxnMarkers
            | Self::TxnOffsetCommit
            | Self::AlterReplicaLogDirs
            | Self::DescribeLogDirs
            | Self::DeleteGroups
            | Self::OffsetDelete
            | Self::DescribeClientQuotas
            | Self::DescribeProducers
            | Self::DescribeTransactions
            | Self::ListTransactions
            | Self::ConsumerGroupHeartbeat
            | Self::ConsumerGroupDescribe
            | Self::GetTelemetrySubscriptions
            | Self::PushTelemetry
            | Self::ListConfigResources
            | Self::DescribeTopicPartitions
            | Self::ShareGroupHeartbeat
            | Self::ShareGroupDescribe
            | Self::ShareFetch
            | Self::ShareAcknowledge
            | Self::InitializeShareGroupState
            | Self::ReadShareGroupState
            | Self::WriteShareGroupState
            | Self::DeleteShareGroupState
            | Self::ReadShareGroupStateSummary
            | Self::StreamsGroupHeartbeat
            | Self::StreamsGroupDescribe
            | Self::DescribeShareGroupOffsets
            | Self::AlterShareGroupOffsets
            | Self::DeleteShareGroupOffsets => &[Listener::Broker],
            Self::Fetch
            | Self::SaslHandshake
            | Self::ApiVersions
            | Self::CreateTopics
            | Self::DeleteTopics
            | Self::DescribeAcls
            | Self::CreateAcls
            | Self::DeleteAcls
            | Self::DescribeConfigs
            | Self::AlterConfigs
            | Self::SaslAuthenticate
            | Self::CreatePartitions
            | Self::CreateDelegationToken
            | Self::RenewDelegationToken
            | Self::ExpireDelegationToken
            | Self::DescribeDelegationToken
            | Self::ElectLeaders
            | Self::IncrementalAlterConfigs
            | Self::AlterPartitionReassignments
            | Self::ListPartitionReassignments
            | Self::AlterClientQuotas
            | Self::DescribeUserScramCredentials
            | Self::AlterUserScramCredentials
            | Self::DescribeQuorum
            | Self::UpdateFeatures
            | Self::DescribeCluster
            | Self::UnregisterBroker => &[Listener::Broker, Listener::Controller],
            Self::Vote
            | Self::BeginQuorumEpoch
            | Self::EndQuorumEpoch
            | Self::AlterPartition
            | Self::Envelope
            | Self::FetchSnapshot
            | Self::BrokerRegistration
            | Self::BrokerHeartbeat
            | Self::AllocateProducerIds
            | Self::ControllerRegistration
            | Self::AssignReplicasToDirs
            | Self::UpdateRaftVoter => &[Listener::Controller],
            Self::AddRaftVoter | Self::RemoveRaftVoter => &[Listener::Controller, Listener::Broker],
        }
    }
}

impl TryFrom<i16> for ApiKey {
    type Error = i16;

    /// The key itself is the error: no API has it.
    fn try_from(id: i16) -> Result<Self, i16> {
        Self::from_id(id).ok_or(id)
    }
}
