//! `cargo xtask bench broker [--peer kafka]`: builds `weir` and the load generators for release and measures.

use crate::TaskResult;
use std::process::Command;

const USAGE: &str = "\
Usage: cargo xtask bench broker [--peer kafka] [--rounds N] [--rows a,b,…] [--warm-up N] [--json FILE]

Server CPU seconds for the same work, Weir, Apache Kafka and a floor broker in turns, in one run (about twelve minutes with the peer).
It fills the page cache first, which takes a minute or two.
Never run it beside other work and believe the milliseconds: CPU and ratios are what counts.
";

/// Builds, then hands over to `weir-perf`.
pub fn run(args: &[String]) -> TaskResult {
    if args.first().is_none_or(|what| what != "broker") {
        return Err(USAGE.into());
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let build = ["build", "--release", "-p", "weir", "-p", "weir-perf"];
    eprintln!("building weir and weir-perf for release");
    if !Command::new(&cargo).args(build).status()?.success() {
        return Err("the release build failed".into());
    }
    let mut run = Command::new(&cargo);
    run.args(["run", "--release", "--quiet", "-p", "weir-perf", "--"])
        .args(args);
    match run.status()?.success() {
        true => Ok(()),
        false => Err("the benchmark failed".into()),
    }
}
