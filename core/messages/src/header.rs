//! Which header version goes with which request.

use crate::generated::ApiKey;

/// Version of the request header: 2 when the request is flexible, else 1.
pub fn request_header_version(key: ApiKey, version: i16) -> i16 {
    if version >= key.first_flexible() { 2 } else { 1 }
}

/// Version of the response header: 1 when the response is flexible, else 0. ApiVersions always answers with 0, so that a
/// client can read the refusal of a version that it did not know to be too new (KIP-511).
pub fn response_header_version(key: ApiKey, version: i16) -> i16 {
    if key != ApiKey::ApiVersions && version >= key.first_flexible() {
        1
    } else {
        0
    }
}
