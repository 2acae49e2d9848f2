//! Big-endian reads and writes at fixed positions, total on any slice: what is not there reads as zero and is not
//! written. Callers check lengths once, up front; these helpers keep the fixed-layout code free of indexing.

macro_rules! at {
    ($get:ident, $put:ident, $ty:ty, $n:literal) => {
        /// Reads the big-endian value at `at`, zero when the slice is too short.
        #[must_use]
        pub fn $get(buf: &[u8], at: usize) -> $ty {
            match buf.get(at..).and_then(|rest| rest.first_chunk::<$n>()) {
                Some(bytes) => <$ty>::from_be_bytes(*bytes),
                None => 0,
            }
        }

        /// Writes the big-endian value at `at`; a slice that is too short is left alone.
        pub fn $put(buf: &mut [u8], at: usize, value: $ty) {
            if let Some(bytes) = buf.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<$n>()) {
                *bytes = value.to_be_bytes();
            }
        }
    };
}

at!(i8_at, put_i8, i8, 1);
at!(i16_at, put_i16, i16, 2);
at!(i32_at, put_i32, i32, 4);
at!(u32_at, put_u32, u32, 4);
at!(i64_at, put_i64, i64, 8);
