//! The nearest known name to a mistyped one.

/// The known name with the smallest edit distance, if it is close enough to be a likely typo (a third of the name).
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).clamp(1, 6);
    known
        .into_iter()
        .map(|k| (distance(name, k), k))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// Levenshtein distance over characters, case ignored.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(left);
        for (cb, above) in b.iter().zip(row.iter().skip(1)) {
            let substitute = diagonal + usize::from(ca != *cb);
            left = substitute.min(left + 1).min(above + 1);
            next.push(left);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("ABC", "abc"), 0);
        assert_eq!(distance("tpoic", "topic"), 2);
    }

    #[test]
    fn near_and_far() {
        let known = ["log.retention.ms", "log.segment.bytes"];
        assert_eq!(nearest("log.retention.mss", known), Some("log.retention.ms"));
        assert_eq!(nearest("log.segmnet.byte", known), Some("log.segment.bytes"));
        assert_eq!(nearest("foo", known), None);
    }
}
