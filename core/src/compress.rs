//! The five compression types of record batches, with Kafka's framings: snappy in xerial chunks, lz4 as independent
//! 64 KiB frame blocks, zstd and gzip as plain streams. Inflation is always capped: a small batch cannot become a
//! large allocation.

use std::io::{Read, Write};

/// Bytes a record batch may inflate to unless the caller says less: 1 GiB would let one batch take the machine, Kafka
/// sets no bound; 128 MiB is more than `max.message.bytes` allows through any common ratio.
pub const INFLATED_MAX_BYTES: usize = 128 << 20;

/// Compression of a batch: the low three bits of its attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// As written.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// Snappy in xerial's block format.
    Snappy,
    /// LZ4 frame format.
    Lz4,
    /// RFC 8878.
    Zstd,
}

/// Why a codec refused.
#[derive(Debug, thiserror::Error)]
pub enum CompressError {
    /// Attribute bits 5 to 7 name no codec.
    #[error("unknown compression type {0}")]
    UnknownType(u8),
    /// The stream is not what its type says.
    #[error("corrupt {codec} data: {detail}")]
    Corrupt {
        /// Kafka's name of the codec.
        codec: &'static str,
        /// What the codec found.
        detail: String,
    },
    /// The stream inflates past the caller's cap.
    #[error("{codec} data inflates past {limit} bytes")]
    TooLarge {
        /// Kafka's name of the codec.
        codec: &'static str,
        /// The cap, in bytes.
        limit: usize,
    },
}

impl Compression {
    /// Every type, in the order of its attribute value.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// From the attribute bits.
    pub fn from_bits(bits: u8) -> Result<Self, CompressError> {
        match bits {
            0 => Ok(Self::None),
            1 => Ok(Self::Gzip),
            2 => Ok(Self::Snappy),
            3 => Ok(Self::Lz4),
            4 => Ok(Self::Zstd),
            other => Err(CompressError::UnknownType(other)),
        }
    }

    /// The attribute bits.
    #[must_use]
    pub fn bits(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Snappy => 2,
            Self::Lz4 => 3,
            Self::Zstd => 4,
        }
    }

    /// Kafka's name, as in `compression.type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    /// From Kafka's name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// Compresses `input` with Kafka's default level.
    pub fn compress(self, input: &[u8]) -> Result<Vec<u8>, CompressError> {
        let corrupt = |e: std::io::Error| CompressError::Corrupt {
            codec: self.name(),
            detail: e.to_string(),
        };
        match self {
            Self::None => Ok(input.to_vec()),
            Self::Gzip => {
                let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                w.write_all(input).map_err(corrupt)?;
                w.finish().map_err(corrupt)
            }
            Self::Snappy => xerial_compress(input),
            Self::Lz4 => {
                let info = lz4_flex::frame::FrameInfo::new()
                    .block_mode(lz4_flex::frame::BlockMode::Independent)
                    .block_size(lz4_flex::frame::BlockSize::Max64KB);
                let mut w = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
                w.write_all(input).map_err(corrupt)?;
                w.finish().map_err(|e| CompressError::Corrupt {
                    codec: "lz4",
                    detail: e.to_string(),
                })
            }
            Self::Zstd => zstd::stream::encode_all(input, 3).map_err(corrupt),
        }
    }

    /// Inflates `input` to at most `limit` bytes.
    pub fn decompress(self, input: &[u8], limit: usize) -> Result<Vec<u8>, CompressError> {
        match self {
            Self::None if input.len() > limit => Err(CompressError::TooLarge { codec: "none", limit }),
            Self::None => Ok(input.to_vec()),
            Self::Gzip => self.read_capped(flate2::read::MultiGzDecoder::new(input), limit, input.len()),
            Self::Snappy => snappy_decompress(input, limit),
            Self::Lz4 => self.read_capped(lz4_flex::frame::FrameDecoder::new(input), limit, input.len()),
            Self::Zstd => {
                let reader = zstd::stream::read::Decoder::with_buffer(input).map_err(|e| CompressError::Corrupt {
                    codec: "zstd",
                    detail: e.to_string(),
                })?;
                self.read_capped(reader, limit, input.len())
            }
        }
    }

    fn read_capped(self, reader: impl Read, limit: usize, input_len: usize) -> Result<Vec<u8>, CompressError> {
        let mut out = Vec::with_capacity(input_len.saturating_mul(3).min(limit).min(1 << 20));
        reader
            .take(limit as u64 + 1)
            .read_to_end(&mut out)
            .map_err(|e| CompressError::Corrupt {
                codec: self.name(),
                detail: e.to_string(),
            })?;
        if out.len() > limit {
            return Err(CompressError::TooLarge {
                codec: self.name(),
                limit,
            });
        }
        Ok(out)
    }
}

/// Magic, then version 1 and compatible version 1: the header of `SnappyOutputStream` (snappy-java).
const XERIAL_HEADER: [u8; 16] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];
const XERIAL_BLOCK_BYTES: usize = 32 * 1024;

fn xerial_compress(input: &[u8]) -> Result<Vec<u8>, CompressError> {
    let mut out = Vec::with_capacity(16 + snap::raw::max_compress_len(input.len()));
    out.extend_from_slice(&XERIAL_HEADER);
    let mut encoder = snap::raw::Encoder::new();
    for block in input.chunks(XERIAL_BLOCK_BYTES) {
        let packed = encoder.compress_vec(block).map_err(snappy_error)?;
        out.extend_from_slice(&u32::try_from(packed.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(&packed);
    }
    Ok(out)
}

/// Accepts xerial's chunks and, as librdkafka may send, one raw snappy block.
fn snappy_decompress(input: &[u8], limit: usize) -> Result<Vec<u8>, CompressError> {
    let Some(mut rest) = input.strip_prefix(&XERIAL_HEADER[..8]).and_then(|r| r.get(8..)) else {
        let mut out = Vec::new();
        snappy_block(input, limit, &mut out)?;
        return Ok(out);
    };
    let mut out = Vec::new();
    while !rest.is_empty() {
        let cut = || CompressError::Corrupt {
            codec: "snappy",
            detail: "a chunk is cut off".into(),
        };
        let (len, tail) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let len = u32::from_be_bytes(*len) as usize;
        let (block, tail) = tail.split_at_checked(len).ok_or_else(cut)?;
        snappy_block(block, limit, &mut out)?;
        rest = tail;
    }
    Ok(out)
}

fn snappy_block(block: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), CompressError> {
    let len = snap::raw::decompress_len(block).map_err(snappy_error)?;
    // A snappy element of three bytes makes at most 64: a length that the block cannot reach is a lie, told to make us allocate.
    if len > block.len().saturating_mul(64).saturating_add(64) {
        return Err(CompressError::Corrupt {
            codec: "snappy",
            detail: "impossible length".into(),
        });
    }
    if out.len().saturating_add(len) > limit {
        return Err(CompressError::TooLarge { codec: "snappy", limit });
    }
    out.extend_from_slice(&snap::raw::Decoder::new().decompress_vec(block).map_err(snappy_error)?);
    Ok(())
}

fn snappy_error(e: snap::Error) -> CompressError {
    CompressError::Corrupt {
        codec: "snappy",
        detail: e.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_codec_gives_back_what_it_took(input in proptest::collection::vec(any::<u8>(), 0..100_000)) {
            for codec in Compression::ALL {
                let packed = codec.compress(&input).unwrap();
                prop_assert_eq!(&codec.decompress(&packed, input.len()).unwrap(), &input);
            }
        }

        #[test]
        fn garbage_never_panics_nor_grows(input in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            for codec in Compression::ALL {
                if let Ok(out) = codec.decompress(&input, 10_000) {
                    prop_assert!(out.len() <= 10_000);
                }
            }
        }
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = vec![0_u8; 50 << 20];
        for codec in [
            Compression::Gzip,
            Compression::Snappy,
            Compression::Lz4,
            Compression::Zstd,
        ] {
            let packed = codec.compress(&bomb).unwrap();
            assert!(
                matches!(codec.decompress(&packed, 1 << 20), Err(CompressError::TooLarge { .. })),
                "{}",
                codec.name()
            );
        }
    }

    #[test]
    fn concatenated_zstd_frames_and_raw_snappy_are_read() {
        let mut two = zstd::stream::encode_all(&b"one"[..], 3).unwrap();
        two.extend(zstd::stream::encode_all(&b"two"[..], 3).unwrap());
        assert_eq!(Compression::Zstd.decompress(&two, 100).unwrap(), b"onetwo");
        let raw = snap::raw::Encoder::new().compress_vec(b"raw").unwrap();
        assert_eq!(Compression::Snappy.decompress(&raw, 100).unwrap(), b"raw");
    }
}
