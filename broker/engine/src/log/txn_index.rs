//! The `.txnindex` of a segment, in Kafka's bytes (`TransactionIndex`, `AbortedTxn`): which transactions were aborted
//! whose markers lie in it. A read_committed reader needs it when the producer snapshot is newer than its offset.

use super::read::AbortedTxn;
use super::segment::file_name;
use std::io;
use std::path::Path;
use weir_core::be;
use weir_core::seam::{Files, OpenMode};

const VERSION: i16 = 0;
const ENTRY_BYTES: usize = 34;

const SUFFIX: &str = ".txnindex";

fn encode(txn: &AbortedTxn) -> [u8; ENTRY_BYTES] {
    let mut entry = [0; ENTRY_BYTES];
    be::put_i16(&mut entry, 0, VERSION);
    be::put_i64(&mut entry, 2, txn.producer_id);
    be::put_i64(&mut entry, 10, txn.first_offset);
    be::put_i64(&mut entry, 18, txn.last_offset);
    be::put_i64(&mut entry, 26, txn.last_stable);
    entry
}

/// Entries of the segment that begins at `base`, up to the first that cannot be one.
pub(super) fn load(files: &dyn Files, dir: &Path, base: i64) -> io::Result<Vec<AbortedTxn>> {
    let path = dir.join(file_name(base, SUFFIX));
    if !files.exists(&path) {
        return Ok(Vec::new());
    }
    let bytes = files.read(&path)?;
    let mut last = i64::MIN;
    let entries = bytes.chunks_exact(ENTRY_BYTES).map(|entry| {
        let txn = AbortedTxn {
            producer_id: be::i64_at(entry, 2),
            first_offset: be::i64_at(entry, 10),
            last_offset: be::i64_at(entry, 18),
            last_stable: be::i64_at(entry, 26),
        };
        let grows = txn.last_offset > std::mem::replace(&mut last, txn.last_offset);
        (be::i16_at(entry, 0) == VERSION && txn.first_offset <= txn.last_offset && txn.last_offset >= base && grows)
            .then_some(txn)
    });
    Ok(entries.map_while(|txn| txn).collect())
}

/// Adds an entry, on stable storage at once: aborts are rare, and a sync of the segment does not reach this file.
pub(super) fn append(files: &dyn Files, dir: &Path, base: i64, txn: &AbortedTxn) -> io::Result<()> {
    let file = files.open(&dir.join(file_name(base, SUFFIX)), OpenMode::Create)?;
    let end = file.len()? / ENTRY_BYTES as u64 * ENTRY_BYTES as u64;
    file.write_all_at(&encode(txn), end)?;
    file.sync_data()
}

/// Puts `txns` in place of what is there; without any, no file is left.
pub(super) fn replace(files: &dyn Files, dir: &Path, base: i64, txns: &[AbortedTxn]) -> io::Result<()> {
    let path = dir.join(file_name(base, SUFFIX));
    if !txns.is_empty() {
        let bytes: Vec<u8> = txns.iter().flat_map(encode).collect();
        return files.write_atomic(&path, &bytes);
    }
    match files.remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
