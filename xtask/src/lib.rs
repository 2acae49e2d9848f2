//! What developer tasks and tests share: the systems that Weir is tested against, and where they are cached.

pub mod peers;
