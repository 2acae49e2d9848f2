//! The client's suite on Weir's own broker.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]
#![expect(clippy::disallowed_methods, reason = "real servers run in real time")]

mod suite;

use std::sync::OnceLock;

use weir_tests::peers::{Missing, Weir, skip};

/// Transactions come with their own issue.
const TRANSACTIONS: bool = false;

/// One broker for all tests of this binary.
fn cluster() -> Option<String> {
    static SHARED: OnceLock<Result<Weir, Missing>> = OnceLock::new();
    match SHARED.get_or_init(|| Weir::broker(&[])) {
        Ok(weir) => Some(weir.bootstrap().to_owned()),
        Err(missing) => {
            skip(missing);
            None
        }
    }
}
