//! Developer tasks: `cargo xtask <task>`, one file per task.

mod bench;
mod codegen;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <task>

Tasks:
  codegen    write core/messages/src/generated from the message definitions in Apache Kafka's jars
  bench      measure the broker beside Apache Kafka: CPU seconds, start, memory
  test       run every test, fetching or installing what it needs
  tidy       hold the house rules against the sources: file lengths, import walls, licences
  peers      fetch what tests talk to (Apache Kafka, stock clients) into the cache and print where it is
";

/// What every task may fail with: a text for the person at the terminal.
type TaskResult = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let result: TaskResult = match args.next().as_deref() {
        Some("bench") => bench::run(&args.collect::<Vec<_>>()),
        Some("codegen") => codegen::run(),
        Some("peers") if test::fetch_peers() => Ok(()),
        Some("peers") => Err("not all peers are there".into()),
        // Its last line is the count: nothing may follow.
        Some("test") => match test::run() {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => Err(error.into()),
        },
        Some("tidy") => tidy::run(),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(format!("no task called `{other}`\n\n{USAGE}").into()),
        None => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
