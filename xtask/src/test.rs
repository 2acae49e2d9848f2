//! `cargo xtask test`: every test there is, with what it needs fetched first. Ends with `N passed, N failed, N skipped`
//! alone on a line.

use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::peers;

use crate::TaskResult;

/// Debian packages that tests use, with the program that shows they are there.
const PACKAGES: &[(&str, &str)] = &[
    ("default-jdk-headless", "javac"),
    ("maven", "mvn"),
    ("python3-venv", "python3"),
    ("npm", "npm"),
    ("kcat", "kcat"),
    ("strace", "strace"),
    ("chromium", "chromium"),
    ("golang-go", "go"),
];

/// The console's web app: its browser test runs on what is installed there.
const CONSOLE_APP: &str = "console/app";

/// The Go program that its interop test runs.
const FRANZ: &str = "tests/interop/franz";

#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Fetches, builds, runs, counts.
pub fn run() -> TaskResult {
    println!("== packages");
    install_packages();
    println!("== peers");
    fetch_peers();
    println!("== build");
    let built = Command::new("cargo").args(["build", "--package", "weir"]).status()?;
    if !built.success() {
        return Err("the binary does not build".into());
    }
    let mut count = Count::default();
    println!("== tests");
    let tests = ["test", "--workspace", "--no-fail-fast", "--", "--nocapture"];
    let clean = stream(Command::new("cargo").args(tests), &mut count)?;
    println!(
        "\n{} passed, {} failed, {} skipped",
        count.passed, count.failed, count.skipped
    );
    match clean && count.failed == 0 {
        true => Ok(()),
        false => Err("not all tests passed".into()),
    }
}

/// Fetches peers into the cache and says whether all are there. What cannot be had is said here, and again by each test
/// that wants it: a failure with `CI` set, a named skip for a user.
pub fn fetch_peers() -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let all = [
        report("Apache Kafka", peers::kafka_jars()),
        report("Python clients", peers::python_venv()),
        report("franz-go", peers::go_program(&root.join(FRANZ))),
        report("console/app packages", npm_packages(&root.join(CONSOLE_APP))),
    ];
    all.into_iter().all(|there| there)
}

fn report(what: &str, found: Result<PathBuf, impl Display>) -> bool {
    match &found {
        Ok(path) => println!("{what}: {}", path.display()),
        Err(e) => println!("{what}: missing: {e}"),
    }
    found.is_ok()
}

fn npm_packages(app: &Path) -> Result<PathBuf, String> {
    let modules = app.join("node_modules");
    if !modules.exists() {
        let installed = Command::new("npm")
            .args(["ci", "--silent", "--no-audit", "--no-fund"])
            .current_dir(app)
            .status();
        match installed {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(format!("npm ci: {status}")),
            Err(e) => return Err(format!("npm: {e}")),
        }
    }
    Ok(modules)
}

fn install_packages() {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, program)| !on_path(program))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return;
    }
    println!("installing {}", missing.join(", "));
    // A fresh machine has no package lists; an old list is still worth a try.
    apt_get(&["update"]);
    for package in missing {
        match apt_get(&["install", "-y", "--no-install-recommends", package]) {
            true => println!("{package}: installed"),
            false => println!("{package}: not there, and apt-get could not install it (it needs root)"),
        }
    }
}

fn apt_get(args: &[&str]) -> bool {
    Command::new("apt-get")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| Path::new(&dir).join(program).is_file())
}

/// Runs a command, passes its output on, and counts what cargo's test harness and the tests themselves say.
fn stream(command: &mut Command, count: &mut Count) -> Result<bool, std::io::Error> {
    // One pipe for both streams keeps their order: a shell joins them.
    let program = command.get_program().to_owned();
    let args: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
    let mut child = Command::new("sh")
        .args(["-c", "exec \"$@\" 2>&1", "sh"])
        .arg(program)
        .args(args)
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            if line.contains("SKIPPED: ") {
                count.skipped += 1;
            }
            if let Some(rest) = line.strip_prefix("test result: ") {
                let number = |what: &str| {
                    let before = rest.split(what).next().unwrap_or_default();
                    before
                        .split_whitespace()
                        .last()
                        .and_then(|n| n.parse::<u64>().ok())
                        .unwrap_or(0)
                };
                count.passed += number(" passed");
                count.failed += number(" failed");
                count.skipped += number(" ignored");
            }
        }
    }
    // A skip is told by a test that the harness counts as passed.
    count.passed = count.passed.saturating_sub(count.skipped);
    Ok(child.wait()?.success())
}
