//! Apache Kafka 4.3.1's own command line tools.

use weir_tests::peers::{Kafka, Missing, Weir, skip};

fn run(test: impl FnOnce(&Weir) -> Result<(), Missing>) {
    match Weir::broker(&[]).and_then(|weir| test(&weir)) {
        Ok(()) => {}
        Err(missing) => skip(&missing),
    }
}

#[test]
fn topics_producer_consumer_groups() {
    run(|weir| {
        let b = weir.bootstrap();
        let topics = "org.apache.kafka.tools.TopicCommand";
        let out = Kafka::tool(
            topics,
            &[
                "--bootstrap-server",
                b,
                "--create",
                "--topic",
                "t",
                "--partitions",
                "3",
                "--config",
                "retention.ms=90000",
            ],
        )?;
        assert!(out.contains("Created topic t."), "{out}");
        let out = Kafka::tool(topics, &["--bootstrap-server", b, "--describe", "--topic", "t"])?;
        assert!(
            out.contains("PartitionCount: 3") && out.contains("retention.ms=90000"),
            "{out}"
        );
        let out = Kafka::tool(
            "org.apache.kafka.tools.ProducerPerformance",
            &[
                "--topic",
                "t",
                "--num-records",
                "20000",
                "--record-size",
                "100",
                "--throughput",
                "-1",
                "--bootstrap-server",
                b,
            ],
        )?;
        assert!(out.contains("20000 records sent"), "{out}");
        let out = Kafka::tool(
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            &[
                "--bootstrap-server",
                b,
                "--topic",
                "t",
                "--from-beginning",
                "--max-messages",
                "20000",
                "--group",
                "g",
                "--timeout-ms",
                "30000",
            ],
        )?;
        assert_eq!(out.lines().filter(|l| l.len() == 100).count(), 20_000);
        let groups = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
        let out = Kafka::tool(groups, &["--bootstrap-server", b, "--describe", "--group", "g"])?;
        let rows: Vec<Vec<&str>> = out
            .lines()
            .filter(|l| l.starts_with("g "))
            .map(|l| l.split_whitespace().collect())
            .collect();
        assert_eq!(rows.len(), 3, "{out}");
        let sum = |i: usize| rows.iter().map(|r| r[i].parse::<u64>().unwrap()).sum::<u64>();
        assert_eq!((sum(3), sum(4), sum(5)), (20_000, 20_000, 0), "{out}");
        let out = Kafka::tool(
            groups,
            &[
                "--bootstrap-server",
                b,
                "--group",
                "g",
                "--topic",
                "t",
                "--reset-offsets",
                "--to-earliest",
                "--execute",
            ],
        )?;
        assert!(
            out.lines()
                .filter(|l| l.starts_with("g "))
                .all(|l| l.trim_end().ends_with(" 0")),
            "{out}"
        );
        let out = Kafka::tool(
            "org.apache.kafka.tools.GetOffsetShell",
            &["--bootstrap-server", b, "--topic", "t"],
        )?;
        assert_eq!(
            out.lines()
                .filter_map(|l| l.rsplit(':').next()?.parse::<u64>().ok())
                .sum::<u64>(),
            20_000,
            "{out}"
        );
        Ok(())
    });
}

/// What Kafka's dump tool reads of Weir's files: the format is Kafka's own.
#[test]
fn the_dump_tool_reads_our_segments() {
    run(|weir| {
        let b = weir.bootstrap();
        Kafka::tool(
            "org.apache.kafka.tools.ProducerPerformance",
            &[
                "--topic",
                "d",
                "--num-records",
                "1000",
                "--record-size",
                "50",
                "--throughput",
                "-1",
                "--bootstrap-server",
                b,
                "--producer-props",
                "compression.type=zstd",
            ],
        )?;
        let log = weir.data_dir().join("logs/d-0/00000000000000000000.log");
        let out = Kafka::tool(
            "org.apache.kafka.tools.DumpLogSegments",
            &["--files", &log.display().to_string(), "--deep-iteration"],
        )?;
        assert!(
            out.contains("compresscodec: zstd") && out.contains("isvalid: true"),
            "{out}"
        );
        assert!(!out.contains("isvalid: false"));
        let metadata = weir
            .data_dir()
            .join("logs/__cluster_metadata-0/00000000000000000000.log");
        let out = Kafka::tool(
            "org.apache.kafka.tools.DumpLogSegments",
            &["--files", &metadata.display().to_string(), "--cluster-metadata-decoder"],
        )?;
        for record in [
            "REGISTER_BROKER_RECORD",
            "FEATURE_LEVEL_RECORD",
            "TOPIC_RECORD",
            "PARTITION_RECORD",
            "PRODUCER_IDS_RECORD",
        ] {
            assert!(out.contains(record), "{record}: {out}");
        }
        Ok(())
    });
}
