//! Request and response headers. Written by `cargo xtask codegen`; do not edit.

pub mod request_header;
pub mod response_header;

pub use request_header::RequestHeader;
pub use response_header::ResponseHeader;
