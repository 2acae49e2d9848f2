//! The shared suite: what every plugin must do, written once.
//!
//! Each check is a plain function that says what is wrong, so that `tests/contract_proof.rs` can show for each of them a plugin, broken
//! on purpose, that it catches. Plugins run them all with one line of [`contract_tests!`](crate::contract_tests).

mod config;
pub mod sink;
pub mod source;

pub use config::bad_config;
pub use sink::SinkHarness;
pub use source::SourceHarness;

/// What a check found wrong.
pub type Verdict = Result<(), String>;

/// Fails a check unless the condition holds.
fn ensure(condition: bool, wrong: impl FnOnce() -> String) -> Verdict {
    if condition { Ok(()) } else { Err(wrong()) }
}

/// Runs the whole suite on a plugin, one `#[test]` per check.
///
/// - `contract_tests!(source MyHarness)` and `contract_tests!(sink MyHarness)`: with a harness of your own, when the suite must feed the
///   source or look into the target.
/// - `contract_tests!(source MySource, {"topic" => "t"})`: a source that never runs dry needs only settings.
/// - `contract_tests!(sink MySink, {"url" => "http://h/"}, |services| …)`: a sink whose effect shows in the test services; the function
///   returns the `id`s that arrived.
#[macro_export]
macro_rules! contract_tests {
    (source $harness:ty) => { $crate::contract_tests!(@tests source, SourceHarness, Source, $harness); };
    (sink $harness:ty) => { $crate::contract_tests!(@tests sink, SinkHarness, Sink, $harness); };
    (source $plugin:ty, { $($key:expr => $value:expr),* $(,)? }) => {
        struct Endless;
        impl $crate::contract::SourceHarness for Endless {
            type Source = $plugin;
            const ENDLESS: bool = true;
            fn new() -> Self { Self }
            fn config(&self) -> $crate::ConfigMap { [$(($key.to_owned(), $value.to_owned())),*].into() }
            fn feed(&mut self, _count: usize) {}
        }
        $crate::contract_tests!(source Endless);
    };
    (sink $plugin:ty, { $($key:expr => $value:expr),* $(,)? }, $delivered:expr) => {
        struct Outside;
        impl $crate::contract::SinkHarness for Outside {
            type Sink = $plugin;
            fn new() -> Self { Self }
            fn config(&self) -> $crate::ConfigMap { [$(($key.to_owned(), $value.to_owned())),*].into() }
            fn delivered(&mut self, services: &$crate::testing::TestServices) -> ::std::vec::Vec<i64> { ($delivered)(services) }
        }
        $crate::contract_tests!(sink Outside);
    };
    (@tests $room:ident, $harness_trait:ident, $assoc:ident, $harness:ty) => {
        mod contract {
            use super::*;

            fn pass(verdict: $crate::contract::Verdict) {
                if let Err(wrong) = verdict { panic!("{wrong}") }
            }

            #[test]
            fn resume_from_offset() { pass($crate::contract::$room::resume_from_offset::<$harness>()) }
            #[test]
            fn at_least_once_over_restart() { pass($crate::contract::$room::at_least_once_over_restart::<$harness>()) }
            #[test]
            fn empty_batch() { pass($crate::contract::$room::empty_batch::<$harness>()) }
            #[test]
            fn tombstone() { pass($crate::contract::$room::tombstone::<$harness>()) }
            #[test]
            fn schema_change() { pass($crate::contract::$room::schema_change::<$harness>()) }
            #[test]
            fn bad_config() { pass($crate::contract::$room::bad_config::<$harness>()) }
        }
    };
}
