//! The rows of the table: each is one kind of work that every server does once a round, in turns (A B C, C B A, …).

use crate::load::{self, Done, Produce, Shape};
use crate::memory::Filler;
use crate::report::{Report, Sample, Unit};
use crate::server::Server;
use crate::{Options, Outcome, java, start};
use std::time::Duration;
use weir_core::compress::Compression;

/// Work done in the background for a leg (syncs, index writes) still belongs to it.
const SETTLE: Duration = Duration::from_millis(500);

/// After that the files of a deleted topic are gone: its deletion is no part of the next leg.
const GONE: Duration = Duration::from_secs(1);

/// What the servers do in a row.
#[derive(Clone, Copy)]
enum Work {
    Produce(Produce),
    /// Read it back; what is produced for it is not measured.
    Fetch(Produce),
    /// Kafka's own `ProducerPerformance` with a producer's defaults.
    Java {
        records: usize,
        record_bytes: usize,
    },
}

struct Row {
    name: &'static str,
    what: &'static str,
    unit: Unit,
    work: Work,
    /// Weir's share of Kafka's CPU that is to be reached.
    goal: Option<f64>,
}

const BIG: Shape = Shape {
    record_bytes: 1024,
    records_per_batch: 125,
    compression: Compression::None,
};

const ONE_PARTITION: Produce = Produce {
    shape: BIG,
    records: 1_000_000,
    partitions: 1,
    connections: 1,
    in_flight: 5,
    acks: 1,
};

const ROWS: [Row; 7] = [
    Row {
        name: "produce-1k",
        what: "produce 1 KiB records, 128 KiB batches, acks=1",
        unit: Unit::CpuPerGb,
        work: Work::Produce(ONE_PARTITION),
        goal: Some(0.20),
    },
    Row {
        name: "produce-100b",
        what: "produce 100 B records, 16 KiB batches, acks=1",
        unit: Unit::CpuPerGb,
        work: Work::Produce(Produce {
            shape: Shape {
                record_bytes: 100,
                records_per_batch: 150,
                compression: Compression::None,
            },
            records: 3_000_000,
            ..ONE_PARTITION
        }),
        goal: None,
    },
    Row {
        name: "produce-zstd",
        what: "produce 1 KiB JSON in zstd, 128 KiB batches, acks=1 (per raw GB)",
        unit: Unit::CpuPerGb,
        work: Work::Produce(Produce {
            shape: Shape {
                compression: Compression::Zstd,
                ..BIG
            },
            ..ONE_PARTITION
        }),
        goal: None,
    },
    Row {
        name: "produce-all",
        what: "as produce-1k with acks=all, 16 connections on 16 partitions (Weir syncs, Kafka does not)",
        unit: Unit::CpuPerGb,
        work: Work::Produce(Produce {
            partitions: 16,
            connections: 16,
            acks: -1,
            ..ONE_PARTITION
        }),
        goal: None,
    },
    Row {
        name: "java-producer",
        what: "Java's producer with its defaults (acks=all, idempotent), 1 KiB records",
        unit: Unit::CpuPerGb,
        work: Work::Java {
            records: 1_000_000,
            record_bytes: 1024,
        },
        goal: Some(0.35),
    },
    Row {
        name: "small",
        what: "one-record produce requests, 32 connections, 16 partitions, acks=1",
        unit: Unit::CpuPerRequest,
        work: Work::Produce(Produce {
            shape: Shape {
                record_bytes: 100,
                records_per_batch: 1,
                compression: Compression::None,
            },
            records: 150_000,
            partitions: 16,
            connections: 32,
            in_flight: 1,
            acks: 1,
        }),
        goal: Some(0.25),
    },
    Row {
        name: "fetch",
        what: "catch-up fetch of 1 KiB records, 1 MiB a partition and fetch",
        unit: Unit::CpuPerGb,
        work: Work::Fetch(ONE_PARTITION),
        goal: Some(0.80),
    },
];

/// Measures, and prints what was measured.
pub async fn compare(options: &Options) -> Outcome<()> {
    let wanted = |name: &str| options.rows.is_empty() || options.rows.iter().any(|row| row == name);
    if let Some(unknown) = options
        .rows
        .iter()
        .find(|name| !start::ROWS.contains(&name.as_str()) && ROWS.iter().all(|row| row.name != **name))
    {
        let known: Vec<&str> = ROWS.iter().map(|row| row.name).chain(start::ROWS).collect();
        return Err(format!("no row called `{unknown}`: there are {}", known.join(", ")).into());
    }
    let mut report = Report::default();
    if ROWS.iter().any(|row| wanted(row.name)) {
        let mut servers = vec![Server::weir()?, Server::floor()?];
        if options.peer {
            eprintln!("starting Apache Kafka and warming it up");
            servers.insert(1, Server::kafka()?);
        }
        eprintln!("filling the page cache (up to a minute or two)");
        let mut filler = Filler::new()?;
        filler.fill()?;
        warm_up(&servers, options.warm_up, &mut filler).await?;
        for row in ROWS.iter().filter(|row| wanted(row.name)) {
            measure(row, &servers, options.rounds, &mut filler, &mut report).await?;
        }
    }
    start::measure(options, &wanted, &mut report).await?;
    print!("{}", report.table());
    if let Some(path) = &options.json {
        std::fs::write(path, report.json())?;
        eprintln!("written: {}", path.display());
    }
    Ok(())
}

/// Every kind of request as often as in a measured leg, or one kind for so many records: enough for a JVM to have compiled
/// it, and for files and pages to have been touched.
async fn warm_up(servers: &[Server], records: Option<usize>, filler: &mut Filler) -> Outcome<()> {
    for server in servers {
        if let Some(records) = records {
            let work = Work::Produce(Produce {
                records,
                ..ONE_PARTITION
            });
            leg(server, work, "warm", filler).await?;
            continue;
        }
        for (n, row) in ROWS.iter().enumerate() {
            if !matches!(row.work, Work::Java { .. }) {
                leg(server, row.work, &format!("warm-{n}"), filler).await?;
            }
        }
    }
    Ok(())
}

async fn measure(
    row: &Row,
    servers: &[Server],
    rounds: usize,
    filler: &mut Filler,
    report: &mut Report,
) -> Outcome<()> {
    report.row(row.name, row.what, row.unit, row.goal);
    for round in 0..rounds {
        let mut order: Vec<&Server> = servers.iter().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for server in order {
            if server.is_floor() && matches!(row.work, Work::Java { .. }) {
                continue;
            }
            let (done, cpu) = leg(server, row.work, &format!("{}-{round}", row.name), filler).await?;
            let sample = Sample { cpu, done };
            eprintln!(
                "{:14} round {}/{rounds}  {:5}  {}",
                row.name,
                round + 1,
                server.name,
                row.unit.text(row.unit.of(&sample))
            );
            report.sample(row.name, server.name, sample);
        }
    }
    Ok(())
}

/// One server, once: what was done and the server's CPU seconds for it.
async fn leg(server: &Server, work: Work, topic: &str, filler: &mut Filler) -> Outcome<(Done, f64)> {
    let address = server.address.as_str();
    let partitions = match work {
        Work::Produce(leg) | Work::Fetch(leg) => leg.partitions,
        Work::Java { .. } => 1,
    };
    if !server.is_floor() {
        load::create_topic(address, topic, partitions).await?;
    }
    if let Work::Fetch(leg) = work {
        load::produce(address, topic, leg).await?;
        tokio::time::sleep(SETTLE).await;
    }
    filler.refill()?;
    let before = server.cpu_seconds()?;
    let done = match work {
        Work::Produce(leg) => load::produce(address, topic, leg).await?,
        Work::Fetch(leg) => {
            load::fetch(address, topic, leg.records, leg.shape.record_bytes, !server.is_floor()).await?
        }
        Work::Java { records, record_bytes } => java::produce(address, topic, records, record_bytes)?,
    };
    tokio::time::sleep(SETTLE).await;
    let cpu = server.cpu_seconds()? - before;
    if !server.is_floor() {
        let there = load::count(address, topic, partitions).await?;
        if there != done.records {
            return Err(format!(
                "{}: {there} records are there, {} were acknowledged",
                server.name, done.records
            )
            .into());
        }
        load::delete_topic(address, topic).await?;
        tokio::time::sleep(GONE).await;
    }
    Ok((done, cpu))
}
