//! Examples: plugins that show how little an author writes. Each file stands alone and is tested by the contract suite.

pub mod random_source;
pub mod webhook_sink;
