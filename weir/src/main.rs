//! The `weir` binary: the command line, and the whole platform in one process. The only room that sees the whole house.
//!
//! Rooms: [`cli`] (what can be said), [`settings`] (layers of configuration), [`platform`] (starting and stopping
//! parts), [`console`] (that part's settings), [`commands`] (one file per noun), [`demo`] (the main job), [`output`] (tables and JSON), [`signals`] (when to stop), [`failure`] (errors for people).

#[macro_use]
mod output;

mod cli;
mod commands;
mod console;
mod demo;
mod failure;
mod http;
mod platform;
mod progress;
mod settings;
mod signals;

use clap::Parser;
use cli::{Cli, Command};
use failure::Failure;
use platform::{Parts, Profile};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("WEIR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    weir_runtime::raise_open_files();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return Failure::new(format!("the runtime could not be started: {e}")).report(),
    };
    let done = runtime.block_on(run(cli));
    // Blocking calls that nobody waits for any more must not hold up the exit.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match done.and_then(|()| output::finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        None => platform::run(&cli.start, Parts::ALL, Profile::Dev).await,
        Some(Command::Start(args)) => platform::run(&args, Parts::ALL, Profile::Dev).await,
        Some(Command::Broker(args)) => platform::run(&args, Parts::BROKER, Profile::Kafka).await,
        Some(Command::Registry(args)) => platform::run(&args.into(), Parts::REGISTRY, Profile::Kafka).await,
        Some(Command::Connect(args)) => platform::run(&args.into(), Parts::CONNECT, Profile::Kafka).await,
        Some(Command::Console(args)) => platform::run(&args.into(), Parts::CONSOLE, Profile::Kafka).await,
        Some(Command::Demo(args)) => demo::run(args).await,
        Some(Command::Topic(command)) => commands::topic::run(command).await,
        Some(Command::Produce(args)) => commands::produce::run(args).await,
        Some(Command::Consume(args)) => commands::consume::run(args).await,
        Some(Command::Group(command)) => commands::group::run(command).await,
        Some(Command::Schema(command)) => commands::schema::run(command).await,
        Some(Command::Connector(command)) => commands::connector::run(command).await,
        Some(Command::Cluster(out)) => commands::cluster::describe(&out).await,
    }
}
