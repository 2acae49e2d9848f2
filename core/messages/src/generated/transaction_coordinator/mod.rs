//! Records of `__transaction_state`. Written by `cargo xtask codegen`; do not edit.

pub mod transaction_log_key;
pub mod transaction_log_value;
mod union;

pub use transaction_log_key::TransactionLogKey;
pub use transaction_log_value::TransactionLogValue;
pub use union::*;
