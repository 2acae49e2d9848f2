//! Where a line ends. A pure splitter over bytes that are still arriving.

/// How newlines inside a line are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Every newline ends a line.
    None,
    /// A newline between double quotes belongs to the line (RFC 4180).
    Csv,
}

/// A complete line at the start of `bytes`: its length without, and with, the line end. `None` if the line is not complete yet.
///
/// `\n`, `\r\n` and a lone `\r` end a line, as in `FileStreamSourceTask`; a `\r` at the very end may still become `\r\n`.
pub fn next_line(bytes: &[u8], quoting: Quoting) -> Option<(usize, usize)> {
    let mut quoted = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if quoting == Quoting::Csv => quoted = !quoted,
            b'\n' if !quoted => return Some((at, at + 1)),
            b'\r' if !quoted => {
                return bytes
                    .get(at + 1)
                    .map(|next| (at, if *next == b'\n' { at + 2 } else { at + 1 }));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends() {
        assert_eq!(next_line(b"ab\ncd", Quoting::None), Some((2, 3)));
        assert_eq!(next_line(b"ab\r\ncd", Quoting::None), Some((2, 4)));
        assert_eq!(next_line(b"ab\rcd", Quoting::None), Some((2, 3)));
        assert_eq!(next_line(b"ab\r", Quoting::None), None);
        assert_eq!(next_line(b"ab", Quoting::None), None);
        assert_eq!(next_line(b"\n", Quoting::None), Some((0, 1)));
    }

    #[test]
    fn quoted_newlines_belong_to_a_csv_row() {
        assert_eq!(next_line(b"a,\"b\nc\"\nd", Quoting::Csv), Some((7, 8)));
        assert_eq!(next_line(b"a,\"b\nc\"\nd", Quoting::None), Some((4, 5)));
        assert_eq!(next_line(b"a,\"b\"\"\nc", Quoting::Csv), None);
    }
}
