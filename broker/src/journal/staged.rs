//! Entries that wait for the next sync, laid out as the disk will have them: whole blocks, the last one filled up with
//! zeros.

use weir_core::seam::{BLOCK_BYTES, Block};

/// What a buffer keeps when it is used again; a burst does not hold its memory for ever.
const KEPT_BLOCKS: usize = 1024;

#[derive(Default)]
pub(super) struct Staged {
    blocks: Vec<Block>,
    len: usize,
}

impl Staged {
    /// Bytes put in so far.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (index, at) = (self.len / BLOCK_BYTES, self.len % BLOCK_BYTES);
            if index == self.blocks.len() {
                self.blocks.push(Block::ZERO);
            }
            let n = bytes.len().min(BLOCK_BYTES - at);
            let (now, later) = bytes.split_at(n);
            if let Some(place) = self.blocks.get_mut(index).and_then(|b| b.0.get_mut(at..at + n)) {
                place.copy_from_slice(now);
            }
            self.len += n;
            bytes = later;
        }
    }

    /// The blocks to write. An earlier use of the buffer may have left something behind the last entry: it is zeroed.
    pub(super) fn blocks(&mut self) -> &[Block] {
        let (count, at) = (self.len.div_ceil(BLOCK_BYTES), self.len % BLOCK_BYTES);
        if at > 0
            && let Some(rest) = self.blocks.get_mut(count - 1).and_then(|b| b.0.get_mut(at..))
        {
            rest.fill(0);
        }
        self.blocks.get(..count).unwrap_or_default()
    }

    /// Empties it for another use.
    pub(super) fn clear(&mut self) {
        self.len = 0;
        if self.blocks.len() > KEPT_BLOCKS {
            self.blocks.truncate(KEPT_BLOCKS);
            self.blocks.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_again_it_carries_nothing_over() {
        let mut staged = Staged::default();
        staged.push(&[7; BLOCK_BYTES + 10]);
        assert_eq!(staged.blocks().len(), 2);
        staged.clear();
        staged.push(&[1; 3]);
        staged.push(&[2; BLOCK_BYTES]);
        let bytes: Vec<u8> = staged.blocks().iter().flat_map(|b| b.0).collect();
        let mut expected = vec![1; 3];
        expected.extend([2; BLOCK_BYTES]);
        expected.resize(2 * BLOCK_BYTES, 0);
        assert!(bytes == expected && staged.len() == BLOCK_BYTES + 3);
        staged.clear();
        assert!(staged.blocks().is_empty());
        staged.push(&vec![0; 10 * KEPT_BLOCKS * BLOCK_BYTES]);
        staged.clear();
        assert_eq!(staged.blocks.len(), KEPT_BLOCKS);
    }
}
