//! Hostile bytes: no decoder panics, and none allocates out of proportion to what it was sent.
//!
//! One test in a binary of its own, because it watches the allocator.

mod codec;
mod table;

use bytes::Bytes;
use codec::{Random, Recoded};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes of memory that one input may cost: an element of one byte on the wire may be a struct of a few hundred.
fn allowed(input: usize) -> usize {
    256 * 1024 + input * 512
}

#[test]
fn garbage_truncation_and_lying_counts() {
    let mut random = Random::new(42);
    let (mut refused, mut decoded) = (0u64, 0u64);
    for codec in table::all() {
        for version in codec.min - 1..=codec.max + 1 {
            for round in 0..60 {
                let len = random.below(if round % 10 == 0 { 20_000 } else { 120 });
                let mut input = random.bytes(len);
                match round % 5 {
                    // Small numbers reach deeper than noise: they are plausible lengths.
                    0 | 1 => input.iter_mut().for_each(|byte| *byte %= 4),
                    // Counts of two thousand million, in both forms.
                    2 => {
                        for _ in 0..4 {
                            let at = random.below(input.len() + 1);
                            let lie: &[u8] = if random.below(2) == 0 {
                                &[0x7f, 0xff, 0xff, 0xff]
                            } else {
                                &[0xff, 0xff, 0xff, 0xff, 0x07]
                            };
                            input.splice(at..at, lie.iter().copied());
                        }
                    }
                    3 => input.fill(0),
                    _ => {}
                }
                let input = Bytes::from(input);
                let (len, before) = (input.len(), ALLOCATOR.current_usage());
                ALLOCATOR.reset_peak_usage();
                match (codec.recode)(input, version) {
                    Recoded::Refused(error) => {
                        refused += 1;
                        assert!(error.at() <= len, "{} v{version}: {error}", codec.name);
                    }
                    Recoded::Leftover(left) => {
                        decoded += 1;
                        assert!(left <= len, "{} v{version}", codec.name);
                    }
                    Recoded::Bytes(Ok(bytes)) => {
                        decoded += 1;
                        assert!(
                            matches!((codec.recode)(bytes, version), Recoded::Bytes(Ok(_))),
                            "{} v{version}",
                            codec.name
                        );
                    }
                    // Tags out of order decode, but are not written.
                    Recoded::Bytes(Err(_)) => decoded += 1,
                }
                let used = ALLOCATOR.peak_usage().saturating_sub(before);
                assert!(
                    used <= allowed(len),
                    "{} v{version}: {len} bytes in, {used} bytes allocated",
                    codec.name
                );
            }
        }
    }
    assert!(
        refused > 10_000 && decoded > 5_000,
        "{refused} refused, {decoded} decoded: the inputs are one-sided"
    );
}
