//! Hostile bytes for every decoder, seeded: noise, and what it takes with bytes changed, cut, doubled and lied about. None
//! panics, and none allocates out of proportion. One test in a binary of its own, because it watches the allocator.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

#[path = "../messages/codec.rs"]
mod codec;
mod entries;
#[path = "../messages/table.rs"]
mod table;

use codec::Random;
use entries::{ALL, Entry, INFLATE_LIMIT};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const ROUNDS: usize = 1_500;

/// Bytes of memory that one input may cost. Codecs have windows of their own, which zstd's frame may ask to be 8 MiB.
fn allowed(input: usize) -> usize {
    (16 << 20) + INFLATE_LIMIT * 4 + input * 512
}

fn mutate(random: &mut Random, input: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let at = random.below(input.len());
        match random.below(6) {
            0 if !input.is_empty() => input[at] ^= 1 << random.below(8),
            1 if !input.is_empty() => input[at] = random.next() as u8,
            2 => input.truncate(at),
            3 => {
                let lie: &[u8] = [
                    &[0x7f, 0xff, 0xff, 0xff][..],
                    &[0xff, 0xff, 0xff, 0xff, 0x0f],
                    &[0x80],
                    &[0],
                ][random.below(4)];
                input.splice(at..at, lie.iter().copied());
            }
            4 => {
                let end = at + random.below(input.len() - at + 1).min(64);
                let piece = input[at..end].to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let noise = random.below(16);
                input.splice(at..at, random.bytes(noise));
            }
        }
    }
}

/// Whether the input is taken; it must not cost too much.
fn measured(entry: &Entry, input: &[u8]) -> bool {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let taken = (entry.run)(input);
    let used = ALLOCATOR.peak_usage().saturating_sub(before);
    assert!(
        used <= allowed(input.len()),
        "{}: {} bytes in, {used} allocated",
        entry.name,
        input.len()
    );
    taken
}

#[test]
fn no_decoder_panics_or_swells() {
    for entry in ALL {
        let mut random = Random::new(7);
        let corpus = (entry.corpus)();
        for (i, input) in corpus.iter().enumerate() {
            // What there is to start from is taken; but every second compressed input is a bomb, and not every message may be empty.
            let wanted = entry.name != "decompress" || i % 2 == 0;
            assert!(
                (entry.run)(input) == wanted || entry.name == "message",
                "{} {i}",
                entry.name
            );
        }
        let (mut taken, mut refused) = (0, 0);
        for round in 0..ROUNDS {
            let mut input = match round % 8 {
                0 => {
                    let len = random.below(300);
                    random.bytes(len)
                }
                _ => corpus[random.below(corpus.len())].clone(),
            };
            mutate(&mut random, &mut input);
            match measured(entry, &input) {
                true => taken += 1,
                false => refused += 1,
            }
        }
        println!("{}: {taken} taken, {refused} refused", entry.name);
        assert!(
            taken > 0 && refused > 0,
            "{}: {taken} taken, {refused} refused: the inputs are one-sided",
            entry.name
        );
    }
    for (name, bomb) in entries::bombs() {
        let entry = ALL.iter().find(|entry| entry.name == name).unwrap();
        assert!(!measured(entry, &bomb), "{name}: a bomb is taken");
    }
}
