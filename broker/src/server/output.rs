//! Answers on their way out: bytes in memory, gathered into few writes, and stretches of files, sent from where they are.

use crate::answer::Answer;
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use weir_core::seam::{Connection, FileRange};

/// Buffers that one gathering write may carry.
const WRITE_BUFFERS_MAX: usize = 64;

enum Chunk {
    Memory(Bytes),
    File(FileRange),
}

/// What is to be written, in order.
#[derive(Default)]
pub(super) struct Output {
    chunks: VecDeque<Chunk>,
    len: usize,
}

impl Output {
    /// Bytes that are left.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, answer: Answer) {
        self.len += answer.len();
        let mut files = answer.files.into_iter();
        for bytes in answer.chunks {
            let file = Answer::is_stand_in(&bytes).then(|| files.next()).flatten();
            self.chunks.push_back(file.map_or(Chunk::Memory(bytes), Chunk::File));
        }
    }

    /// Writes all there is, with as few calls as the socket allows.
    pub(super) async fn write(&mut self, connection: &dyn Connection) -> io::Result<()> {
        while let Some(first) = self.chunks.front() {
            let n = match first {
                Chunk::File(range) => poll_fn(|cx| connection.poll_send(cx, range)).await?,
                Chunk::Memory(bytes) if self.chunks.len() == 1 => {
                    poll_fn(|cx| connection.poll_write(cx, &[IoSlice::new(bytes)])).await?
                }
                Chunk::Memory(_) => {
                    let run = self.chunks.iter().map_while(|chunk| match chunk {
                        Chunk::Memory(bytes) => Some(IoSlice::new(bytes)),
                        Chunk::File(_) => None,
                    });
                    let slices: Vec<IoSlice<'_>> = run.take(WRITE_BUFFERS_MAX).collect();
                    poll_fn(|cx| connection.poll_write(cx, &slices)).await?
                }
            };
            if n == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.advance(n);
        }
        Ok(())
    }

    fn advance(&mut self, mut n: usize) {
        self.len -= n;
        while n > 0
            && let Some(front) = self.chunks.front_mut()
        {
            let now = match front {
                Chunk::Memory(bytes) if bytes.len() > n => return bytes.advance(n),
                Chunk::Memory(bytes) => bytes.len(),
                Chunk::File(range) if range.len > n => {
                    range.at += n as u64;
                    range.len -= n;
                    return;
                }
                Chunk::File(range) => range.len,
            };
            n -= now;
            self.chunks.pop_front();
        }
    }
}
