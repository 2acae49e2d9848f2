//! One file per noun. All work against any Kafka cluster.

pub(crate) mod cluster;
pub(crate) mod connector;
pub(crate) mod consume;
pub(crate) mod group;
pub(crate) mod produce;
pub(crate) mod schema;
pub(crate) mod topic;

use crate::failure::Failure;
use std::fmt::Display;
use weir_client::admin::Admin;
use weir_client::config::AdminConfig;

/// A failure in the words of an error, told for whom it happened.
pub(crate) fn failed(what: impl Display) -> impl Fn(&dyn Display) -> Failure {
    let what = what.to_string();
    move |e| Failure::new(format!("{what}: {e}"))
}

/// An admin client that gives up sooner than a program's would.
pub(crate) fn admin(bootstrap: &str) -> Result<Admin, Failure> {
    let config = AdminConfig::from_map([
        ("bootstrap.servers", bootstrap),
        ("default.api.timeout.ms", "10000"),
        ("request.timeout.ms", "8000"),
    ]);
    Ok(Admin::new(
        weir_runtime::real(),
        config.map_err(|e| Failure::new(e.to_string()))?,
    ))
}

/// What to say when a cluster does not answer.
pub(crate) fn unreachable(bootstrap: &str, e: &dyn Display) -> Failure {
    Failure::new(format!("no answer from {bootstrap}: {e}"))
        .hint("is a broker running there? `weir` starts one, --bootstrap-servers says where")
}
