//! Zigzag varints as Kafka's records use them (`ByteUtils.readVarint`, `writeVarlong`): at most 5 bytes for 32 bits,
//! 10 bytes for 64.

/// Reads a zigzag varint of 64 bits and moves `buf` past it; `None` when it is cut off or too long.
pub fn read_varlong(buf: &mut &[u8]) -> Option<i64> {
    let raw = read_unsigned(buf, 10)?;
    Some(((raw >> 1) as i64) ^ -((raw & 1) as i64))
}

/// Reads a zigzag varint of 32 bits and moves `buf` past it; `None` when it is cut off, too long or out of range.
pub fn read_varint(buf: &mut &[u8]) -> Option<i32> {
    let raw = u32::try_from(read_unsigned(buf, 5)?).ok()?;
    Some(((raw >> 1) as i32) ^ -((raw & 1) as i32))
}

fn read_unsigned(buf: &mut &[u8], bytes_max: u32) -> Option<u64> {
    let mut value = 0_u64;
    for i in 0..bytes_max {
        let (&byte, rest) = buf.split_first()?;
        *buf = rest;
        // The tenth byte may carry one bit only: what would be shifted out is refused, not dropped.
        if i == 9 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Appends a zigzag varint.
pub fn put_varlong(out: &mut Vec<u8>, value: i64) {
    let mut raw = ((value << 1) ^ (value >> 63)) as u64;
    while raw >= 0x80 {
        out.push((raw as u8) | 0x80);
        raw >>= 7;
    }
    out.push(raw as u8);
}

/// Appends a zigzag varint of a 32-bit value.
pub fn put_varint(out: &mut Vec<u8>, value: i32) {
    put_varlong(out, i64::from(value));
}

/// Bytes that [`put_varlong`] writes for this value.
#[must_use]
pub fn varlong_len(value: i64) -> usize {
    let raw = ((value << 1) ^ (value >> 63)) as u64;
    (64 - (raw | 1).leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(value: i64) {
            let mut out = Vec::new();
            put_varlong(&mut out, value);
            prop_assert_eq!(out.len(), varlong_len(value));
            let mut rest = &out[..];
            prop_assert_eq!(read_varlong(&mut rest), Some(value));
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn too_long_or_cut_off_is_none() {
        assert_eq!(read_varint(&mut &[0x80_u8, 0x80][..]), None);
        assert_eq!(read_varint(&mut &[0xff_u8; 6][..]), None);
        assert_eq!(read_varlong(&mut &[0xff_u8; 11][..]), None);
    }
}
