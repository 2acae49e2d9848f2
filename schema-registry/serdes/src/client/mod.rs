//! The registry as a serialiser sees it: the door [`SchemaRegistryClient`], over HTTP, cached, and in memory for tests.

mod cached;
mod door;
mod http;
mod memory;
mod rest;

pub use cached::CachedRegistryClient;
pub use door::{RegistryError, SchemaReference, SchemaRegistryClient, SchemaText, SchemaVersion};
pub use http::{Answer, HttpClient, HttpError, segment};
pub use memory::MemoryRegistry;
pub use rest::RestRegistryClient;
