//! Version ranges: `3+`, `1-4`, `0`, `none`.

/// An inclusive range; empty when `min > max`. `max` is `i16::MAX` when open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    pub min: i16,
    pub max: i16,
}

impl Versions {
    pub const NONE: Self = Self { min: 0, max: -1 };

    pub fn parse(text: &str) -> Result<Self, String> {
        let number = |s: &str| s.trim().parse::<i16>().map_err(|_| format!("version range `{text}`"));
        let text = text.trim();
        if text == "none" {
            return Ok(Self::NONE);
        }
        if let Some(min) = text.strip_suffix('+') {
            return Ok(Self {
                min: number(min)?,
                max: i16::MAX,
            });
        }
        match text.split_once('-') {
            Some((min, max)) => Ok(Self {
                min: number(min)?,
                max: number(max)?,
            }),
            None => number(text).map(|v| Self { min: v, max: v }),
        }
    }

    pub fn parse_or(text: Option<&str>, default: Self) -> Result<Self, String> {
        text.map_or(Ok(default), Self::parse)
    }

    pub fn is_empty(self) -> bool {
        self.min > self.max
    }

    pub fn contains(self, version: i16) -> bool {
        (self.min..=self.max).contains(&version)
    }

    pub fn intersect(self, other: Self) -> Self {
        let both = Self {
            min: self.min.max(other.min),
            max: self.max.min(other.max),
        };
        if both.is_empty() { Self::NONE } else { both }
    }

    /// Whether every version of `other` is in this range.
    pub fn covers(self, other: Self) -> bool {
        other.is_empty() || self.intersect(other) == other
    }
}

/// When something holds, seen from code that already knows that the version lies in some range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    Always,
    Never,
    /// A Rust expression over `version`.
    If(String),
}

impl When {
    pub fn new(versions: Versions, known: Versions) -> Self {
        let both = versions.intersect(known);
        if both.is_empty() {
            return Self::Never;
        }
        match (both.min > known.min, both.max < known.max) {
            (false, false) => Self::Always,
            (true, false) => Self::If(format!("version >= {}", both.min)),
            (false, true) => Self::If(format!("version <= {}", both.max)),
            (true, true) if both.min == both.max => Self::If(format!("version == {}", both.min)),
            (true, true) => Self::If(format!("({}..={}).contains(&version)", both.min, both.max)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_conditions() {
        let valid = Versions::parse("4-18").unwrap();
        assert_eq!(When::new(Versions::parse("0+").unwrap(), valid), When::Always);
        let expr = |text| When::new(Versions::parse(text).unwrap(), valid);
        assert_eq!(expr("12+"), When::If("version >= 12".to_owned()));
        assert_eq!(expr("0-12"), When::If("version <= 12".to_owned()));
        assert_eq!(expr("7-12"), When::If("(7..=12).contains(&version)".to_owned()));
        assert_eq!(When::new(Versions::parse("0-3").unwrap(), valid), When::Never);
        assert!(Versions::parse("x").is_err());
    }
}
