//! Which versions a broker knows, and which of them to speak.

use std::collections::BTreeMap;

use weir_messages::{ApiKey, ApiVersionsResponse, Request};

/// A broker's answer to ApiVersions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Versions {
    ranges: BTreeMap<i16, (i16, i16)>,
}

impl Versions {
    pub(crate) fn of(response: &ApiVersionsResponse) -> Self {
        let ranges = response
            .api_keys
            .iter()
            .map(|key| (key.api_key, (key.min_version, key.max_version)));
        Self {
            ranges: ranges.collect(),
        }
    }

    /// The highest version of `R` that both sides know, at most `cap`.
    pub(crate) fn pick<R: Request>(&self, cap: i16) -> Option<i16> {
        self.pick_key(R::KEY, R::MIN_VERSION, cap.min(R::KEY.latest_stable()))
    }

    fn pick_key(&self, key: ApiKey, min: i16, max: i16) -> Option<i16> {
        let (low, high) = *self.ranges.get(&key.id())?;
        let best = max.min(high);
        (best >= min.max(low)).then_some(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_messages::{FetchRequest, api_versions_response::ApiVersion};

    #[test]
    fn the_highest_common_version_counts() {
        let with = |min, max| {
            let key = ApiVersion {
                api_key: 1,
                min_version: min,
                max_version: max,
                ..Default::default()
            };
            Versions::of(&ApiVersionsResponse {
                api_keys: vec![key],
                ..Default::default()
            })
        };
        assert_eq!(with(0, 11).pick::<FetchRequest>(i16::MAX), Some(11));
        assert_eq!(with(4, 99).pick::<FetchRequest>(i16::MAX), Some(18));
        assert_eq!(with(4, 99).pick::<FetchRequest>(12), Some(12));
        assert_eq!(with(13, 99).pick::<FetchRequest>(12), None);
        assert_eq!(with(0, 3).pick::<FetchRequest>(12), None);
        assert_eq!(Versions::default().pick::<FetchRequest>(12), None);
    }
}
