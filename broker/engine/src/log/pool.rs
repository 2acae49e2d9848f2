//! Buffers for reads from segments. A fresh megabyte costs more in page faults and zeros than reading it does, so large
//! buffers are used again; they come back when the answer that carried them has been sent.

use bytes::Bytes;
use parking_lot::Mutex;
use std::io;

/// Buffers are powers of two between these; smaller and larger ones are not kept.
const LEAST_BYTES: usize = 32 << 10;
const MOST_BYTES: usize = 1 << 20;
/// Bytes that are kept for later at most.
const KEPT_BYTES: usize = 8 << 20;

/// One pool for the process: it is the process's memory.
static POOL: Mutex<Pool> = Mutex::new(Pool {
    buffers: Vec::new(),
    bytes: 0,
});

struct Pool {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

impl Pool {
    fn take(&mut self, size: usize) -> Option<Vec<u8>> {
        // The last one in is the one that is still in the caches.
        let at = self.buffers.iter().rposition(|buffer| buffer.len() == size)?;
        self.bytes -= size;
        Some(self.buffers.swap_remove(at))
    }

    fn give(&mut self, buffer: Vec<u8>) {
        if self.bytes + buffer.len() <= KEPT_BYTES {
            self.bytes += buffer.len();
            self.buffers.push(buffer);
        }
    }
}

/// A buffer that goes back when nobody reads it any more.
struct Pooled {
    buffer: Vec<u8>,
    len: usize,
}

impl AsRef<[u8]> for Pooled {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        POOL.lock().give(buffer);
    }
}

/// `len` bytes that `fill` reads in.
pub(super) fn read(len: usize, fill: impl FnOnce(&mut [u8]) -> io::Result<()>) -> io::Result<Bytes> {
    if !(LEAST_BYTES..=MOST_BYTES).contains(&len) {
        let mut buffer = vec![0; len];
        fill(&mut buffer)?;
        return Ok(buffer.into());
    }
    let size = len.next_power_of_two();
    let kept = POOL.lock().take(size);
    let mut pooled = Pooled {
        buffer: kept.unwrap_or_else(|| vec![0; size]),
        len,
    };
    fill(pooled.buffer.get_mut(..len).unwrap_or_default())?;
    Ok(Bytes::from_owner(pooled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_and_are_filled_anew() {
        let filled = |len: usize, byte: u8| {
            let fill = |buffer: &mut [u8]| {
                buffer.fill(byte);
                Ok(())
            };
            read(len, fill).unwrap()
        };
        for len in [0, 10, LEAST_BYTES, LEAST_BYTES + 1, MOST_BYTES, MOST_BYTES + 1] {
            let first = filled(len, 1);
            let part = first.slice(..len / 2);
            drop(first);
            let second = filled(len, 2);
            assert!(
                part.iter().all(|b| *b == 1),
                "a buffer that is still read is not given away"
            );
            assert!(second.len() == len && second.iter().all(|b| *b == 2));
        }
        assert!(read(MOST_BYTES, |_| Err(io::ErrorKind::UnexpectedEof.into())).is_err());
    }

    #[test]
    fn no_more_is_kept_than_allowed() {
        let mut pool = Pool {
            buffers: Vec::new(),
            bytes: 0,
        };
        for _ in 0..20 {
            pool.give(vec![0; MOST_BYTES]);
        }
        assert_eq!((pool.buffers.len(), pool.bytes), (KEPT_BYTES / MOST_BYTES, KEPT_BYTES));
        assert!(pool.take(LEAST_BYTES).is_none());
        while pool.take(MOST_BYTES).is_some() {}
        assert_eq!(pool.bytes, 0);
    }
}
