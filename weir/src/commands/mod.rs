//! One file per noun. All work against any Kafka cluster.

pub(crate) mod cluster;
pub(crate) mod connector;
pub(crate) mod consume;
pub(crate) mod group;
mod print;
pub(crate) mod produce;
pub(crate) mod schema;
pub(crate) mod topic;

use crate::cli::Format;
use crate::failure::Failure;
use crate::output;
use serde_json::json;
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

/// Prints what was deleted; what was not is a failure that names all of it.
pub(crate) fn deleted<N: Display, E: Display>(
    format: Format,
    what: &str,
    results: impl IntoIterator<Item = (N, Result<(), E>)>,
) -> Result<(), Failure> {
    let (mut gone, mut left) = (Vec::new(), Vec::new());
    for (name, result) in results {
        match result {
            Ok(()) => gone.push(vec![json!(name.to_string())]),
            Err(e) => left.push(format!("{what} {name} was not deleted: {e}")),
        }
    }
    if !gone.is_empty() {
        output::rows(format, &["deleted"], gone);
    }
    match left.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(left.join("\n"))),
    }
}

/// What to say when a cluster does not answer.
pub(crate) fn unreachable(bootstrap: &str, e: &dyn Display) -> Failure {
    Failure::new(format!("no answer from {bootstrap}: {e}"))
        .hint("is a broker running there? `weir` starts one, --bootstrap-servers says where")
}
