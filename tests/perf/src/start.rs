//! From exec to the first answers, and memory when idle: of the broker alone and of everything.

use crate::report::{Report, Unit};
use crate::server::resident_mib;
use crate::{Options, Outcome, load};
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use weir_tests::peers::{Process, binary, free_port};

/// Names of the rows here.
pub const ROWS: [&str; 4] = ["start-broker", "start-all", "memory-broker", "memory-all"];

const DEADLINE: Duration = Duration::from_secs(20);
/// Memory is read when caches are empty again and timers have run.
const IDLE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_micros(500);

struct Ports {
    kafka: u16,
    registry: u16,
    connect: u16,
    console: u16,
}

pub async fn measure(options: &Options, wanted: &dyn Fn(&str) -> bool, report: &mut Report) -> Outcome<()> {
    if !ROWS.iter().any(|row| wanted(row)) {
        return Ok(());
    }
    report.row(
        "start-broker",
        "broker alone, exec to first acknowledged produce",
        Unit::Millis,
        Some(30.0),
    );
    report.row(
        "start-all",
        "everything, exec to first acknowledged produce and /subjects and /connectors answering 200",
        Unit::Millis,
        Some(100.0),
    );
    report.row("memory-broker", "broker alone, idle, resident", Unit::Mebibytes, None);
    report.row("memory-all", "everything, idle, resident", Unit::Mebibytes, Some(40.0));
    for round in 0..options.rounds {
        for (part, start_row, memory_row) in [
            ("broker", "start-broker", "memory-broker"),
            ("start", "start-all", "memory-all"),
        ] {
            let (millis, mib) = once(part, round == 0).await?;
            report.value(start_row, "weir", millis);
            if let Some(mib) = mib {
                report.value(memory_row, "weir", mib);
            }
        }
    }
    Ok(())
}

/// One start on an empty directory: milliseconds until it serves, and MiB when asked for.
async fn once(part: &str, memory: bool) -> Outcome<(f64, Option<f64>)> {
    let folder = tempfile::tempdir()?.keep();
    let ports = Ports {
        kafka: free_port()?,
        registry: free_port()?,
        connect: free_port()?,
        console: free_port()?,
    };
    let config = folder.join("weir.toml");
    std::fs::write(
        &config,
        format!(
            "[broker]\nlisteners = \"PLAINTEXT://127.0.0.1:{}\"\n[registry]\nlisteners = \"http://127.0.0.1:{}\"\n\
             [connect]\nlisteners = \"http://127.0.0.1:{}\"\n[console]\nlisteners = \"http://127.0.0.1:{}\"\n",
            ports.kafka, ports.registry, ports.connect, ports.console
        ),
    )?;
    let data = folder.join("data");
    let args: [&OsStr; 5] = [
        part.as_ref(),
        "--config".as_ref(),
        config.as_ref(),
        "--data-dir".as_ref(),
        data.as_ref(),
    ];
    let program = binary()?.display().to_string();
    let began = Instant::now();
    let process = Process::start(&program, &args, &folder)?;
    let kafka = format!("127.0.0.1:{}", ports.kafka);
    until(began, || TcpStream::connect(&kafka).is_ok())?;
    load::first_produce(&kafka).await?;
    if part == "start" {
        until(began, || answers(ports.registry, "/subjects"))?;
        until(began, || answers(ports.connect, "/connectors"))?;
    }
    let millis = began.elapsed().as_secs_f64() * 1e3;
    let mib = match memory {
        true => {
            std::thread::sleep(IDLE);
            Some(resident_mib(process.pid().ok_or("it has ended")?)?)
        }
        false => None,
    };
    Ok((millis, mib))
}

fn until(began: Instant, mut done: impl FnMut() -> bool) -> Outcome<()> {
    while !done() {
        if began.elapsed() > DEADLINE {
            return Err("not ready within 20 s".into());
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

/// Whether `GET path` is answered with 200.
fn answers(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    };
    ask().is_ok_and(|text| text.starts_with("HTTP/1.1 200"))
}
