//! Administration.

use std::collections::BTreeMap;
use std::time::Instant;

use weir_client::admin::{AlterConfig, ConfigResource, ConfigSource, NewTopic, OffsetSpec};
use weir_client::config::IsolationLevel;
use weir_client::producer::ProducerRecord;
use weir_client::{OffsetAndMetadata, TopicPartition};
use weir_core::ErrorCode;
use weir_messages::Str;

use super::support::{Fixture, PATIENCE, POLL, tp};

#[tokio::test(flavor = "multi_thread")]
async fn topics_from_creation_to_deletion() {
    let Some(fixture) = Fixture::new("topics") else { return };
    let admin = fixture.admin();
    let name: Str = fixture.name.as_str().into();
    let topics = [
        NewTopic::new(name.clone(), 2).config("retention.ms", "123456"),
        NewTopic::new("bad name", 1),
    ];
    let tried = admin.create_topics(&topics, true).await.unwrap();
    assert!(tried[&name].is_ok());
    assert!(
        admin.list_topics().await.unwrap().iter().all(|t| t.name != name),
        "only validated"
    );
    let created = admin.create_topics(&topics, false).await.unwrap();
    let topic = created[&name].as_ref().unwrap();
    assert_eq!((topic.partitions, topic.replication_factor), (2, 1));
    assert_eq!(
        created["bad name"].as_ref().unwrap_err().code,
        ErrorCode::InvalidTopicException
    );
    let again = admin.create_topics(&topics[..1], false).await.unwrap();
    assert_eq!(again[&name].as_ref().unwrap_err().code, ErrorCode::TopicAlreadyExists);

    let listed = admin.list_topics().await.unwrap();
    let listed = listed.iter().find(|t| t.name == name).unwrap();
    assert_eq!((listed.id, listed.partitions, listed.internal), (topic.id, 2, false));
    let grown = admin
        .create_partitions(&[(name.clone(), 3)].into(), false)
        .await
        .unwrap();
    assert!(grown[&name].is_ok());
    let shrunk = admin
        .create_partitions(&[(name.clone(), 1)].into(), false)
        .await
        .unwrap();
    assert_eq!(shrunk[&name].as_ref().unwrap_err().code, ErrorCode::InvalidPartitions);
    let described = admin.describe_topics([name.clone(), "absent".into()]).await.unwrap();
    let partitions = &described[&name].as_ref().unwrap().partitions;
    assert_eq!(partitions.len(), 3);
    assert!(partitions.iter().all(|p| p.leader.is_some() && p.isr == p.replicas));
    assert_eq!(
        described["absent"].as_ref().unwrap_err().code,
        ErrorCode::UnknownTopicOrPartition
    );

    assert!(admin.delete_topics([name.clone()]).await.unwrap()[&name].is_ok());
    // What is not there is told at once, as by Java's client, not asked for until the time is up.
    let again = admin.delete_topics(["never-there"]).await.unwrap();
    let error = again.into_values().next().unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownTopicOrPartition);
    let start = Instant::now();
    while admin.list_topics().await.unwrap().iter().any(|t| t.name == name) {
        assert!(start.elapsed() < PATIENCE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_described_and_altered_one_by_one() {
    let Some(fixture) = Fixture::new("settings") else {
        return;
    };
    let topic = fixture.topic(1, &[("retention.ms", "1000")]).await;
    let admin = fixture.admin();
    let resource = ConfigResource::topic(topic.as_str());
    let entry = async |name: &str| {
        let described = admin.describe_configs(std::slice::from_ref(&resource)).await.unwrap();
        let entries = described[&resource].as_ref().unwrap();
        entries.iter().find(|entry| entry.name == name).unwrap().clone()
    };
    let retention = entry("retention.ms").await;
    assert_eq!(
        (retention.value.as_deref(), retention.source),
        (Some("1000"), ConfigSource::Topic)
    );
    assert_eq!(entry("cleanup.policy").await.source, ConfigSource::Default);
    let changes = vec![
        AlterConfig::Delete("retention.ms".into()),
        AlterConfig::Append("cleanup.policy".into(), "compact".into()),
        AlterConfig::Set("segment.bytes".into(), "2000000".into()),
    ];
    let altered = admin
        .incremental_alter_configs(&[(resource.clone(), changes)].into(), false)
        .await
        .unwrap();
    assert_eq!(altered[&resource], Ok(()));
    assert_eq!(entry("cleanup.policy").await.value.as_deref(), Some("delete,compact"));
    assert_eq!(entry("segment.bytes").await.value.as_deref(), Some("2000000"));
    assert_ne!(entry("retention.ms").await.source, ConfigSource::Topic);
    let wrong = vec![AlterConfig::Set("segment.bytes".into(), "many".into())];
    let altered = admin
        .incremental_alter_configs(&[(resource.clone(), wrong)].into(), true)
        .await
        .unwrap();
    assert_eq!(altered[&resource].as_ref().unwrap_err().code, ErrorCode::InvalidConfig);

    let cluster = admin.describe_cluster().await.unwrap();
    let broker = ConfigResource::broker(cluster.brokers[0].id);
    let described = admin.describe_configs(std::slice::from_ref(&broker)).await.unwrap();
    let entries = described[&broker].as_ref().unwrap();
    assert!(entries.iter().any(|entry| entry.name == "log.retention.hours"));
    assert!(!cluster.cluster_id.is_empty() && cluster.controller.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_deleted_and_offsets_looked_up() {
    let Some(fixture) = Fixture::new("records") else { return };
    let topic = fixture.topic(1, &[]).await;
    let producer = fixture.producer(&[]);
    for timestamp in [10, 30, 20] {
        producer
            .send(ProducerRecord::new(topic.as_str(), "v").timestamp(timestamp))
            .await
            .unwrap();
    }
    producer.close().await;
    let admin = fixture.admin();
    let zero = tp(&topic, 0);
    let offset = async |spec| {
        let wanted = [(zero.clone(), spec)].into();
        let found = admin
            .list_offsets(&wanted, IsolationLevel::ReadUncommitted)
            .await
            .unwrap();
        found[&zero].map(|o| o.offset)
    };
    assert_eq!(offset(OffsetSpec::MaxTimestamp).await, Some(1));
    assert_eq!(offset(OffsetSpec::Timestamp(15)).await, Some(1));
    assert_eq!(offset(OffsetSpec::Timestamp(99)).await, None);
    assert_eq!(
        (offset(OffsetSpec::Earliest).await, offset(OffsetSpec::Latest).await),
        (Some(0), Some(3))
    );
    let deleted = admin.delete_records(&[(zero.clone(), 2)].into()).await.unwrap();
    assert_eq!(deleted[&zero], Ok(2));
    assert_eq!(offset(OffsetSpec::Earliest).await, Some(2));
    let beyond = admin.delete_records(&[(zero.clone(), 9)].into()).await.unwrap();
    assert_eq!(beyond[&zero].as_ref().unwrap_err().code, ErrorCode::OffsetOutOfRange);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_and_their_offsets() {
    let Some(fixture) = Fixture::new("groups") else { return };
    let topic = fixture.topic(2, &[]).await;
    let group: Str = format!("{topic}-group").into();
    let admin = fixture.admin();
    let mut consumer = fixture.consumer(&[("group.id", group.as_str()), ("enable.auto.commit", "false")]);
    consumer.subscribe([topic.as_str()]).unwrap();
    while consumer.assignment().is_empty() {
        consumer.poll(POLL).await.unwrap();
    }
    let listed = admin.list_groups().await.unwrap();
    let listed = listed.iter().find(|g| g.group_id == group).unwrap();
    assert_eq!(
        (listed.protocol_type.as_str(), listed.state.as_str()),
        ("consumer", "Stable")
    );
    let described = admin.describe_groups([group.clone()]).await.unwrap();
    let described = described[&group].as_ref().unwrap();
    assert_eq!((described.protocol.as_str(), described.members.len()), ("range", 1));
    assert_eq!(
        described.members[0].partitions().unwrap(),
        [tp(&topic, 0), tp(&topic, 1)]
    );

    let offsets: BTreeMap<TopicPartition, OffsetAndMetadata> = [0, 1]
        .map(|p| (tp(&topic, p), OffsetAndMetadata::new(i64::from(p) + 5)))
        .into();
    let busy = admin.alter_group_offsets(group.clone(), &offsets).await.unwrap_err();
    assert!(!busy.retriable(), "{busy}");
    let busy = admin.delete_groups([group.clone()]).await.unwrap();
    assert_eq!(busy[&group].as_ref().unwrap_err().code, ErrorCode::NonEmptyGroup);
    consumer.close().await;

    admin.alter_group_offsets(group.clone(), &offsets).await.unwrap();
    assert_eq!(admin.list_group_offsets(group.clone(), None).await.unwrap(), offsets);
    let one = [tp(&topic, 1)];
    let deleted = admin.delete_group_offsets(group.clone(), &one).await.unwrap();
    assert_eq!(deleted[&one[0]], Ok(()));
    let left = admin
        .list_group_offsets(group.clone(), Some(&[tp(&topic, 0), tp(&topic, 1)]))
        .await
        .unwrap();
    assert_eq!(left.keys().collect::<Vec<_>>(), [&tp(&topic, 0)]);
    assert_eq!(admin.delete_groups([group.clone()]).await.unwrap()[&group], Ok(()));
    assert!(admin.list_groups().await.unwrap().iter().all(|g| g.group_id != group));
    let gone = admin.describe_groups([group.clone()]).await.unwrap();
    assert_eq!(gone[&group].as_ref().unwrap_err().code, ErrorCode::GroupIdNotFound);
}
