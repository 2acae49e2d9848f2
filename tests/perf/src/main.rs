//! `weir-perf`: what `cargo xtask bench` runs. Weir, Apache Kafka and a floor broker take the same load in turns, in one
//! run; what counts is the server's CPU seconds, and their ratio.
//!
//! A crate of its own, because it must be built for release while the other tests are not, and must not link what it
//! measures.

mod floor;
mod java;
mod load;
mod memory;
mod report;
mod rows;
mod server;
mod start;
mod wire;

use std::process::ExitCode;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "\
Usage: weir-perf broker [--peer kafka] [--rounds N] [--rows a,b,…] [--warm-up N] [--json FILE]
       weir-perf floor PORT DIR

  broker   compare brokers; without --peer only Weir and the floor are measured. Each server is warmed up with every row's
           work, or with N produced records of 1 KiB
  floor    the bound line: accept, check CRC, append, serve by pread, nothing else
";

/// What to measure.
pub struct Options {
    peer: bool,
    rounds: usize,
    rows: Vec<String>,
    /// Records to warm up with; without it every row's work.
    warm_up: Option<usize>,
    json: Option<std::path::PathBuf>,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("weir-perf: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Outcome<()> {
    match args.split_first() {
        Some((task, [port, dir])) if task == "floor" => floor::serve(port.parse()?, dir.as_ref()),
        Some((task, rest)) if task == "broker" => {
            let options = parse(rest)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(rows::compare(&options))
        }
        _ => Err(USAGE.into()),
    }
}

fn parse(args: &[String]) -> Outcome<Options> {
    let mut options = Options {
        peer: false,
        rounds: 5,
        rows: Vec::new(),
        warm_up: None,
        json: None,
    };
    let mut args = args.iter();
    while let Some(flag) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{flag} needs a value\n\n{USAGE}"));
        match flag.as_str() {
            "--peer" => match value()?.as_str() {
                "kafka" => options.peer = true,
                other => return Err(format!("no peer called `{other}`: kafka is the one there is").into()),
            },
            "--rounds" => options.rounds = value()?.parse().map_err(|e| format!("--rounds: {e}"))?,
            "--rows" => options.rows = value()?.split(',').map(str::to_owned).collect(),
            "--warm-up" => options.warm_up = Some(value()?.parse().map_err(|e| format!("--warm-up: {e}"))?),
            "--json" => options.json = Some(value()?.into()),
            other => return Err(format!("unknown option `{other}`\n\n{USAGE}").into()),
        }
    }
    Ok(options)
}
