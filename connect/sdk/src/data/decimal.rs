//! Decimals of any size: two's-complement big-endian bytes and a scale, the very bytes that Connect stores.

use std::fmt;
use std::str::FromStr;

use super::DataError;

/// `unscaled * 10^-scale`. Equality is by representation: `1.0` and `1.00` differ, as in Java's `BigDecimal.equals`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: Vec<u8>,
    scale: i32,
}

impl Decimal {
    /// From the two's-complement big-endian bytes of the unscaled number (no bytes are zero).
    pub fn from_bytes(unscaled: &[u8], scale: i32) -> Self {
        Self {
            unscaled: minimal(unscaled),
            scale,
        }
    }

    /// From an unscaled number.
    pub fn new(unscaled: i128, scale: i32) -> Self {
        Self::from_bytes(&unscaled.to_be_bytes(), scale)
    }

    /// Digits behind the point.
    pub fn scale(&self) -> i32 {
        self.scale
    }

    /// Shortest two's-complement big-endian form of the unscaled number (`BigInteger.toByteArray`).
    pub fn unscaled_bytes(&self) -> &[u8] {
        &self.unscaled
    }

    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

fn minimal(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let redundant = match tail.first() {
            Some(next) => (*first == 0 && *next < 0x80) || (*first == 0xff && *next >= 0x80),
            None => false,
        };
        if !redundant {
            break;
        }
        rest = tail;
    }
    if rest.is_empty() { vec![0] } else { rest.to_vec() }
}

fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        let (sum, overflow) = (!*byte).overflowing_add(u8::from(carry));
        *byte = sum;
        carry = overflow;
    }
}

/// Plain notation with exactly `scale` digits behind the point (`BigDecimal.toPlainString`).
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let negative = self.unscaled.first().is_some_and(|byte| *byte >= 0x80);
        let mut magnitude = self.unscaled.clone();
        if negative {
            // A leading zero keeps the magnitude of the smallest number in range.
            magnitude.insert(0, 0xff);
            negate(&mut magnitude);
        }
        let mut digits = Vec::new();
        while magnitude.iter().any(|byte| *byte != 0) {
            let mut remainder = 0u16;
            for byte in &mut magnitude {
                let value = (remainder << 8) | u16::from(*byte);
                *byte = u8::try_from(value / 10).unwrap_or_default();
                remainder = value % 10;
            }
            digits.push(char::from(b'0' + u8::try_from(remainder).unwrap_or_default()));
        }
        let scale = usize::try_from(self.scale).unwrap_or(0);
        while digits.len() <= scale {
            digits.push('0');
        }
        if negative {
            f.write_str("-")?;
        }
        for (left, digit) in digits.iter().enumerate().rev() {
            write!(f, "{digit}")?;
            if left == scale && scale > 0 {
                f.write_str(".")?;
            }
        }
        let zero = digits.iter().all(|digit| *digit == '0');
        if zero {
            Ok(())
        } else {
            f.write_str(&"0".repeat(usize::try_from(-i64::from(self.scale)).unwrap_or(0)))
        }
    }
}

/// Digits, an optional sign, point and exponent.
impl FromStr for Decimal {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        let wrong = || DataError(format!("Not a decimal number: {text}"));
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| wrong())?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(wrong());
        }
        let mut bytes = vec![0u8];
        for digit in whole.chars().chain(fraction.chars()) {
            let mut carry = digit.to_digit(10).ok_or_else(wrong)?;
            for byte in bytes.iter_mut().rev() {
                let value = u32::from(*byte) * 10 + carry;
                *byte = u8::try_from(value & 0xff).unwrap_or_default();
                carry = value >> 8;
            }
            if carry > 0 {
                bytes.insert(0, u8::try_from(carry).unwrap_or_default());
            }
        }
        bytes.insert(0, 0);
        if negative {
            negate(&mut bytes);
        }
        let digits = i32::try_from(fraction.len()).map_err(|_| wrong())?;
        Ok(Self::from_bytes(
            &bytes,
            digits.checked_sub(exponent).ok_or_else(wrong)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_both_ways() {
        for text in [
            "0",
            "1",
            "-1",
            "12.34",
            "-0.05",
            "340282366920938463463374607431768211455.5",
            "-128",
            "255.00",
            "0.00",
        ] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        assert_eq!("1.5e3".parse::<Decimal>().unwrap().to_string(), "1500");
        assert!("".parse::<Decimal>().is_err() && "1x".parse::<Decimal>().is_err() && ".".parse::<Decimal>().is_err());
    }

    #[test]
    fn bytes_are_biginteger_bytes() {
        assert_eq!(Decimal::new(0, 0).unscaled_bytes(), [0]);
        assert_eq!(Decimal::new(127, 0).unscaled_bytes(), [127]);
        assert_eq!(Decimal::new(128, 0).unscaled_bytes(), [0, 128]);
        assert_eq!(Decimal::new(-128, 0).unscaled_bytes(), [128]);
        assert_eq!(Decimal::new(-129, 0).unscaled_bytes(), [255, 127]);
        assert_eq!(Decimal::from_bytes(&[], 0), Decimal::new(0, 0));
        assert_eq!(Decimal::new(-128, 0).to_string(), "-128");
        assert_eq!(Decimal::new(5, -2).to_string(), "500");
    }
}
