//! CRC-32C (Castagnoli), the checksum of record batches, by the fastest instructions the machine has.

/// CRC-32C of `bytes`.
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes) as u32
}

#[cfg(test)]
mod tests {
    #[test]
    fn check_value_of_rfc_3720() {
        assert_eq!(super::crc32c(b"123456789"), 0xE306_9283);
    }
}
