//! The prefix of a record that was serialised with a registered schema: a zero byte and the id, big-endian.

/// Bytes before the payload.
pub const PREFIX: usize = 5;

/// Why bytes do not start with a schema id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Fewer than [`PREFIX`] bytes.
    #[error("{0} bytes are too few for a schema id")]
    Short(usize),
    /// The first byte is not zero.
    #[error("unknown magic byte {0:#04x}: the data was not written by a serialiser with a schema registry")]
    Magic(u8),
}

/// The prefix for this id.
pub fn prefix(id: i32) -> [u8; PREFIX] {
    let [a, b, c, d] = id.to_be_bytes();
    [0, a, b, c, d]
}

/// Takes a record apart into schema id and payload.
pub fn split(bytes: &[u8]) -> Result<(i32, &[u8]), FrameError> {
    match bytes {
        [0, a, b, c, d, payload @ ..] => Ok((i32::from_be_bytes([*a, *b, *c, *d]), payload)),
        [magic, ..] if *magic != 0 => Err(FrameError::Magic(*magic)),
        short => Err(FrameError::Short(short.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_and_split_agree() {
        assert_eq!(prefix(0x0102_0304), [0, 1, 2, 3, 4]);
        assert_eq!(split(&[0, 0, 0, 0, 7, 9, 9]), Ok((7, &[9, 9][..])));
        assert_eq!(split(&[0, 0, 0, 0, 7]), Ok((7, &[][..])));
        assert_eq!(split(&[0, 0, 0, 7]), Err(FrameError::Short(4)));
        assert_eq!(split(&[]), Err(FrameError::Short(0)));
        assert_eq!(split(b"{\"a\":1}"), Err(FrameError::Magic(b'{')));
    }
}
