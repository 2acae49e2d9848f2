//! The log against a plain vector of records, over restarts, crashes and every kind of cut.

use super::*;
use proptest::prelude::*;
use std::sync::Arc;
use weir_core::compress::Compression;
use weir_core::record::{Batch, BatchBuilder, Batches};
use weir_core::sim::{Sim, seeds};

fn batch(values: &[u8], ts: i64) -> Batch {
    let mut b = BatchBuilder::new(Compression::None);
    for v in values {
        b.append(ts, None, Some(&[*v; 40]), &[]);
    }
    Batch::parse(&b.build().unwrap()).unwrap()
}

fn config() -> LogConfig {
    LogConfig {
        segment_bytes: 700,
        index_interval_bytes: 150,
        ..LogConfig::default()
    }
}

fn open(files: &Arc<dyn Files>, from: OpenFrom) -> Log {
    Log::open(files.clone(), Path::new("/d/t-0"), config(), from).unwrap()
}

fn read_all(log: &Log) -> Vec<(i64, u8)> {
    let mut out = Vec::new();
    let mut at = log.log_start();
    while at < log.next_offset() {
        let bytes = log.read(at, log.next_offset(), 300, true).unwrap();
        let before = at;
        // A truncation in the middle of a batch takes the whole batch and leaves a gap before the log end.
        if bytes.is_empty() {
            break;
        }
        for batch in Batches::of(bytes) {
            for r in batch.records(1 << 20).unwrap() {
                let r = r.unwrap();
                if r.offset >= at {
                    out.push((r.offset, r.value.unwrap()[0]));
                    at = r.offset + 1;
                }
            }
        }
        assert!(at > before, "a read inside the log must return something");
    }
    out
}

#[derive(Clone, Debug)]
enum Op {
    Append(Vec<u8>),
    /// An append that may reach the file later, as what is journaled may.
    Lag(Vec<u8>),
    Rest,
    Read,
    Reopen,
    Unclean,
    Trim(u8),
    Truncate(u8),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 1..5).prop_map(Op::Append),
        8 => proptest::collection::vec(any::<u8>(), 1..5).prop_map(Op::Lag),
        1 => Just(Op::Rest),
        3 => Just(Op::Read),
        1 => Just(Op::Reopen),
        1 => Just(Op::Unclean),
        1 => any::<u8>().prop_map(Op::Trim),
        1 => any::<u8>().prop_map(Op::Truncate),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn behaves_like_a_vector(ops in proptest::collection::vec(op(), 1..60)) {
        let mut sim = Sim::new(1);
        let files = sim.host("h").files;
        files.create_dir_all(Path::new("/d/t-0")).unwrap();
        let mut log = open(&files, OpenFrom::default());
        let mut model: Vec<(i64, u8)> = Vec::new();
        let mut ts = 100;
        // All before it is in files: what is killed loses nothing of it.
        let mut safe = 0;
        for op in ops.into_iter().chain([Op::Read]) {
            match &op {
                Op::Append(values) | Op::Lag(values) => {
                    ts += 10;
                    let lag_max = if matches!(op, Op::Lag(_)) { 300 } else { 0 };
                    let at = log.append(&batch(values, ts), 0, None, lag_max).unwrap().base_offset;
                    model.extend(values.iter().enumerate().map(|(i, v)| (at + i as i64, *v)));
                    if lag_max == 0 { safe = log.next_offset(); }
                }
                Op::Rest => {
                    log.rest().unwrap();
                    safe = log.next_offset();
                }
                Op::Read => {}
                Op::Reopen | Op::Unclean => {
                    let clean = matches!(op, Op::Reopen);
                    if clean { log.close().unwrap(); }
                    let from = OpenFrom { log_start: log.log_start(), recovery_point: 0, clean };
                    let end = log.next_offset();
                    drop(log);
                    log = open(&files, from);
                    // A gap that a truncation left at the end is not in any file.
                    prop_assert!(log.next_offset() <= end);
                    if clean { safe = end; }
                    let there = log.next_offset();
                    prop_assert!(model.iter().all(|(o, _)| *o < there || *o >= safe));
                    model.retain(|(o, _)| *o < there);
                    safe = there;
                    prop_assert_eq!(log.next_offset(), model.last().map_or(log.next_offset(), |(o, _)| o + 1));
                }
                Op::Trim(n) => {
                    let to = log.log_start() + (log.next_offset() - log.log_start()) * i64::from(*n) / 400;
                    log.delete_records_before(to).unwrap();
                    model.retain(|(o, _)| *o >= to);
                }
                Op::Truncate(n) => {
                    let to = log.next_offset() - (log.next_offset() - log.log_start()) * i64::from(*n) / 800;
                    log.truncate_to(to).unwrap();
                    // A batch goes as a whole.
                    model.retain(|(o, _)| *o < to);
                    let end = log.next_offset();
                    prop_assert!(end <= to);
                    // A truncation takes whole batches: what it took along is seen here.
                    let read = read_all(&log);
                    model.retain(|(o, _)| read.iter().any(|(r, _)| r == o) || *o < log.log_start());
                    safe = end;
                }
            }
            if !matches!(op, Op::Read) { continue; }
            let read = read_all(&log);
            safe = log.next_offset();
            model.retain(|(o, _)| read.iter().any(|(r, _)| r == o) || *o < log.log_start());
            let expect: Vec<_> = model.iter().filter(|(o, _)| *o >= log.log_start()).copied().collect();
            let read: Vec<_> = read.into_iter().filter(|(o, _)| *o >= log.log_start()).collect();
            prop_assert_eq!(read, expect);
        }
    }
}

#[test]
fn nothing_that_was_appended_goes_missing() {
    // The property above forgives what a truncated batch takes along; this one forgives nothing.
    let mut sim = Sim::new(1);
    let files = sim.host("h").files;
    files.create_dir_all(Path::new("/d/t-0")).unwrap();
    let mut log = open(&files, OpenFrom::default());
    for i in 0..200_u8 {
        log.append(&batch(&[i], 100 + i64::from(i)), 0, None, 0).unwrap();
    }
    assert!(log.segment_count() > 10);
    assert_eq!(
        read_all(&log),
        (0..200_u8).map(|i| (i64::from(i), i)).collect::<Vec<_>>()
    );
    for i in 0..200_i64 {
        assert_eq!(log.offset_for_timestamp(100 + i).unwrap().unwrap().offset, i);
    }
    assert_eq!(log.offset_for_timestamp(301).unwrap(), None);
    assert_eq!(log.offset_of_max_timestamp().unwrap().unwrap().offset, 199);
    log.truncate_to(150).unwrap();
    assert_eq!(log.next_offset(), 150);
    log.delete_records_before(77).unwrap();
    assert_eq!(
        read_all(&log),
        (77..150_u8).map(|i| (i64::from(i), i)).collect::<Vec<_>>()
    );
}

#[test]
fn a_torn_tail_is_cut_at_every_byte() {
    let mut sim = Sim::new(1);
    let files = sim.host("h").files;
    let path = Path::new("/d/t-0/00000000000000000000.log");
    files.create_dir_all(Path::new("/d/t-0")).unwrap();
    let mut log = open(&files, OpenFrom::default());
    for i in 0..4_u8 {
        log.append(&batch(&[i], 100), 0, None, 0).unwrap();
    }
    drop(log);
    let whole = files.read(path).unwrap();
    let one = whole.len() / 4;
    for cut in 0..=whole.len() {
        let file = files.open(path, weir_core::seam::OpenMode::Truncate).unwrap();
        file.write_all_at(&whole[..cut], 0).unwrap();
        let log = open(&files, OpenFrom::default());
        assert_eq!(log.next_offset(), (cut / one) as i64, "cut at {cut}");
        assert_eq!(read_all(&log).len(), cut / one);
    }
}

#[test]
fn retention_by_size_and_time() {
    let mut sim = Sim::new(1);
    let files = sim.host("h").files;
    files.create_dir_all(Path::new("/d/t-0")).unwrap();
    let mut log = open(&files, OpenFrom::default());
    for i in 0..100_u8 {
        log.append(&batch(&[i], 1000 + i64::from(i)), 0, None, 0).unwrap();
    }
    let end = log.next_offset();
    log.set_config(LogConfig {
        retention_bytes: 2_000,
        retention_ms: -1,
        ..config()
    });
    assert_eq!(
        log.enforce_retention(1100, 0).unwrap(),
        0,
        "nothing past the high watermark goes"
    );
    assert!(log.enforce_retention(1100, end).unwrap() > 0);
    assert!(log.size_bytes() <= 2_700 && log.size_bytes() >= 2_000);
    log.set_config(LogConfig {
        retention_ms: 10,
        delete: false,
        compact: true,
        ..config()
    });
    assert_eq!(
        log.enforce_retention(1_000_000, end).unwrap(),
        0,
        "compact-only topics keep all"
    );
    log.set_config(LogConfig {
        retention_ms: 10,
        ..config()
    });
    log.enforce_retention(1_000_000, end).unwrap();
    assert_eq!((log.log_start(), log.next_offset()), (end, end));
    log.append(&batch(&[9], 1), 0, None, 0).unwrap();
    assert_eq!(read_all(&log), [(end, 9)]);
}

/// Every offset is found by the indexes; backwards, because a read forwards knows where it is.
fn every_offset_is_found(log: &Log, what: &str) {
    for at in (log.log_start()..log.next_offset()).rev() {
        let bytes = log.read(at, log.next_offset(), 1, true).unwrap();
        let found = Batches::of(bytes).next();
        let found = found.map(|batch| batch.header.base_offset..=batch.header.last_offset());
        assert!(
            found.as_ref().is_some_and(|batch| batch.contains(&at)),
            "{what}: {found:?} at {at}"
        );
    }
}

#[test]
fn what_was_synced_and_its_indexes_survive_power_cuts() {
    for seed in seeds(0..300) {
        let mut sim = Sim::new(seed);
        let mut recovery_point = 0;
        for cut in 0..8 {
            let host = sim.host("h");
            host.files.create_dir_all(Path::new("/d/t-0")).unwrap();
            let from = OpenFrom {
                recovery_point,
                ..OpenFrom::default()
            };
            let mut log = open(&host.files, from);
            assert!(
                log.next_offset() >= recovery_point,
                "seed {seed}, cut {cut}: what was synced is lost"
            );
            every_offset_is_found(&log, &format!("seed {seed}, cut {cut}"));
            // As a start does: what it found is synced, recovery points are written.
            for step in 0..1 + host.random.next_u64() % 40 {
                if step == 0 || host.random.next_u64().is_multiple_of(12) {
                    let (unsynced, up_to) = log.unsynced().unwrap();
                    unsynced.iter().for_each(|file| file.sync_data().unwrap());
                    log.mark_synced(up_to);
                    recovery_point = log.recovery_point();
                }
                let values = vec![1; 1 + (host.random.next_u64() % 6) as usize];
                let lag_max = 300 * (host.random.next_u64() % 2) as usize;
                log.append(&batch(&values, 100), 0, None, lag_max).unwrap();
            }
            every_offset_is_found(&log, &format!("seed {seed}, before cut {cut}"));
            drop(log);
            sim.crash("h");
        }
    }
}

#[test]
fn a_new_segment_takes_nothing_from_files_that_lay_there() {
    let mut sim = Sim::new(1);
    let files = sim.host("h").files;
    files.create_dir_all(Path::new("/d/t-0")).unwrap();
    // A power cut may leave a segment's index where it takes the segment.
    let mut entry = [0; 8];
    entry[5] = 200;
    let path = Path::new("/d/t-0/00000000000000000000.index");
    files.write_atomic(path, &entry).unwrap();
    let mut log = open(&files, OpenFrom::default());
    for i in 0..20 {
        log.append(&batch(&[i], 100), 0, None, 0).unwrap();
    }
    every_offset_is_found(&log, "an index without its segment");
}

#[test]
fn a_full_segment_is_told_until_it_is_synced() {
    let mut sim = Sim::new(1);
    let files = sim.host("h").files;
    files.create_dir_all(Path::new("/d/t-0")).unwrap();
    let mut log = open(&files, OpenFrom::default());
    let mut told = 0;
    for i in 0..40 {
        log.append(&batch(&[i], 100), 0, None, 0).unwrap();
        let before = log.segment_count();
        if log.has_full_unsynced() {
            told += 1;
            assert!(before > 1);
            let (files, up_to) = log.unsynced().unwrap();
            files.iter().for_each(|file| file.sync_data().unwrap());
            log.mark_synced(up_to);
            assert!(!log.has_full_unsynced());
        }
    }
    assert_eq!(told, log.segment_count() - 1);
}
