//! Numbers as `Double.toString`, `Float.toString` and `BigDecimal.toString` print them.

use weir_connect_sdk::data::Decimal;

/// `Double.toString`: plain between 1e-3 and 1e7, else computerised scientific notation. Shortest digits, as since Java 19.
pub fn double(value: f64) -> String {
    floating(
        value.is_finite(),
        value.abs(),
        &value.to_string(),
        &format!("{value:e}"),
    )
}

/// `Float.toString`.
pub fn float(value: f32) -> String {
    floating(
        value.is_finite(),
        f64::from(value.abs()),
        &value.to_string(),
        &format!("{value:e}"),
    )
}

fn floating(finite: bool, magnitude: f64, plain: &str, scientific: &str) -> String {
    if !finite {
        return plain.replace("inf", "Infinity");
    }
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return if plain.contains('.') {
            plain.to_owned()
        } else {
            format!("{plain}.0")
        };
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

/// `BigDecimal.toString`: scientific when the scale is negative or the number is very small.
pub fn big_decimal(value: &Decimal) -> String {
    let unscaled = Decimal::from_bytes(value.unscaled_bytes(), 0).to_string();
    let (sign, digits) = unscaled
        .strip_prefix('-')
        .map_or(("", unscaled.as_str()), |digits| ("-", digits));
    let adjusted = i64::try_from(digits.len()).unwrap_or(i64::MAX) - 1 - i64::from(value.scale());
    if value.scale() >= 0 && adjusted >= -6 {
        return value.to_string();
    }
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let exponent = if adjusted == 0 {
        String::new()
    } else {
        format!("E{adjusted:+}")
    };
    format!("{sign}{first}{point}{rest}{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (1234567.5, "1234567.5"),
            (1e7, "1.0E7"),
            (-1.5e300, "-1.5E300"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(double(value), text);
        }
        assert_eq!(float(0.1), "0.1");
        assert_eq!(float(1.0e10), "1.0E10");
    }

    #[test]
    fn decimals() {
        for (unscaled, scale, text) in [
            (125, 2, "1.25"),
            (-125, 2, "-1.25"),
            (5, -2, "5E+2"),
            (123, -2, "1.23E+4"),
            (1, 7, "1E-7"),
            (1, 6, "0.000001"),
            (0, 0, "0"),
        ] {
            assert_eq!(big_decimal(&Decimal::new(unscaled, scale)), text);
        }
    }
}
