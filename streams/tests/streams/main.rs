//! Streams: in the test driver, and on clusters.

mod cluster;
mod driver;
