//! The `weir` binary: the command line, and the whole platform in one process. The only room that sees the whole house.
//!
//! Rooms: [`cli`] (what can be said), [`settings`] (layers of configuration), [`platform`] (starting and stopping
//! parts), [`commands`] (one file per noun), [`output`] (tables and JSON), [`failure`] (errors for people).

mod cli;
mod failure;
mod platform;
mod settings;

use clap::Parser;
use cli::{Cli, Command};
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("WEIR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return Failure::new(format!("the runtime could not be started: {e}")).report(),
    };
    let done = runtime.block_on(run(cli));
    // Blocking calls that nobody waits for any more must not hold up the exit.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command.unwrap_or_default() {
        Command::Start(args) => platform::run(&args, platform::Parts::all(), platform::Profile::Dev).await,
        Command::Broker(args) => platform::run(&args, platform::Parts::broker(), platform::Profile::Kafka).await,
    }
}
