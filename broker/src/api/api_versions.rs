//! ApiVersions (18): what this broker serves, and its feature levels. Version 3 and up: the client says what it is
//! (KIP-511). An unknown version is answered in version 0 with error 35.

use super::{Outcome, SERVED};
use crate::state::{Context, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{METADATA_VERSION, METADATA_VERSION_MIN};
use weir_messages::api_versions_response::{ApiVersion, FinalizedFeatureKey, SupportedFeatureKey};
use weir_messages::{ApiKey, ApiVersionsRequest, ApiVersionsResponse, Str};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: ApiVersionsRequest,
) -> Outcome<ApiVersionsResponse> {
    let valid = |s: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        s.chars().all(inner) && ends(s.chars().next()) && ends(s.chars().last())
    };
    if context.version >= 3 && !(valid(&request.client_software_name) && valid(&request.client_software_version)) {
        return Outcome::Now(ApiVersionsResponse {
            error_code: ErrorCode::InvalidRequest.code(),
            ..Default::default()
        });
    }
    let image = state.controller.image();
    // A directory of Kafka's may have more; what is not supported here is not told.
    let known = image
        .features()
        .iter()
        .filter(|(name, _)| name.as_str() == "metadata.version");
    let finalized = known.map(|(name, level)| FinalizedFeatureKey {
        name: name.clone(),
        max_version_level: *level,
        min_version_level: *level,
        ..Default::default()
    });
    let epoch = state.controller.log().lock().partition.log.next_offset();
    Outcome::Now(ApiVersionsResponse {
        api_keys: keys(),
        supported_features: vec![SupportedFeatureKey {
            name: Str::from_static("metadata.version"),
            min_version: METADATA_VERSION_MIN,
            max_version: METADATA_VERSION,
            ..Default::default()
        }],
        finalized_features: finalized.collect(),
        finalized_features_epoch: epoch,
        ..Default::default()
    })
}

pub(super) fn unsupported_version() -> ApiVersionsResponse {
    let own = ApiVersion {
        api_key: ApiKey::ApiVersions.id(),
        min_version: ApiKey::ApiVersions.min_version(),
        max_version: ApiKey::ApiVersions.latest_stable(),
        ..Default::default()
    };
    ApiVersionsResponse {
        error_code: ErrorCode::UnsupportedVersion.code(),
        api_keys: vec![own],
        ..Default::default()
    }
}

fn keys() -> Vec<ApiVersion> {
    SERVED
        .iter()
        .map(|key| ApiVersion {
            api_key: key.id(),
            // Versions 0 to 2 are dead, but old librdkafka takes a broker without them for one that knows no
            // compression (`ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION`).
            min_version: if *key == ApiKey::Produce { 0 } else { key.min_version() },
            max_version: key.latest_stable(),
            ..Default::default()
        })
        .collect()
}
