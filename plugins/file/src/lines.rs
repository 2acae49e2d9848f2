//! Where a line ends. A pure splitter over bytes that are still arriving.

/// How newlines inside a line are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Every newline ends a line.
    None,
    /// A newline between double quotes belongs to the line (RFC 4180); cells end with this byte.
    Csv(u8),
}

/// Where in a row a byte stands. As `csv_core` has it, which splits the row: a quote is one only where a cell begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Cell,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or the first half of a quote.
    Quote,
}

impl Quoting {
    fn step(self, at: At, byte: u8) -> At {
        let Self::Csv(delimiter) = self else { return At::Cell };
        match (at, byte) {
            (At::CellStart | At::Quote, b'"') => At::Quoted,
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) => At::Quoted,
            (_, byte) if byte == delimiter => At::CellStart,
            _ => At::Cell,
        }
    }

    /// Whether the end of `line` is inside a quoted cell.
    pub fn is_open(self, line: &[u8]) -> bool {
        line.iter().fold(At::CellStart, |at, byte| self.step(at, *byte)) == At::Quoted
    }
}

/// A complete line at the start of `bytes`: its length without, and with, the line end. `None` if the line is not complete yet.
///
/// `\n`, `\r\n` and a lone `\r` end a line, as in `FileStreamSourceTask`; a `\r` at the very end may still become `\r\n`.
pub fn next_line(bytes: &[u8], quoting: Quoting) -> Option<(usize, usize)> {
    let mut state = At::CellStart;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' if state != At::Quoted => return Some((at, at + 1)),
            b'\r' if state != At::Quoted => {
                return bytes
                    .get(at + 1)
                    .map(|next| (at, if *next == b'\n' { at + 2 } else { at + 1 }));
            }
            byte => state = quoting.step(state, *byte),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Quoting = Quoting::Csv(b',');

    #[test]
    fn a_quote_inside_a_cell_is_text() {
        for row in ["1,5\" pipe", "a\"b\"c,\"", "\"a\"b\",c", "\"a\"\"\",b"] {
            let two = format!("{row}\n2,x\n");
            let expected = (!CSV.is_open(row.as_bytes())).then(|| (row.len(), row.len() + 1));
            assert_eq!(
                next_line(two.as_bytes(), CSV).filter(|(len, _)| *len == row.len()),
                expected,
                "{row}"
            );
        }
        assert_eq!(next_line(b"1,5\" pipe\n2,x\n", CSV), Some((9, 10)));
        assert!(CSV.is_open(b"a,\"b"));
        assert!(!CSV.is_open(b"a\",b"));
    }

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
        assert_eq!(next_line(b"a,\"b\nc\"\nd", CSV), Some((7, 8)));
        assert_eq!(next_line(b"a,\"b\nc\"\nd", Quoting::None), Some((4, 5)));
        assert_eq!(next_line(b"a,\"b\"\"\nc", CSV), None);
    }
}
