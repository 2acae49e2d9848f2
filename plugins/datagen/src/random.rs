//! A small, fast, reproducible random source (splitmix64). Its whole state is one number, which is what the source's offset keeps.

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random(pub u64);

impl Random {
    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `low..high`; `low` if the range is empty.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let width = high.wrapping_sub(low) as u64;
        if high <= low {
            low
        } else {
            low.wrapping_add((self.next_u64() % width) as i64)
        }
    }

    /// A number in `low..high`.
    pub fn range_f64(&mut self, low: f64, high: f64) -> f64 {
        low + (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64 * (high - low)
    }

    /// A position in something of this length.
    pub fn below(&mut self, length: usize) -> usize {
        usize::try_from(self.range(0, i64::try_from(length).unwrap_or(i64::MAX))).unwrap_or_default()
    }
}
