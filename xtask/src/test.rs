//! `cargo xtask test`: every test there is, with what it needs fetched first. Ends with `N passed, N failed, N skipped`
//! alone on a line.

use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::peers;

/// Debian packages that tests use, with the command that shows they are there.
const PACKAGES: &[(&str, &[&str])] = &[
    ("default-jdk-headless", &["javac", "-version"]),
    ("maven", &["mvn", "--version"]),
    // Python is often there without what venv needs.
    ("python3-venv", &["python3", "-c", "import ensurepip"]),
    ("npm", &["npm", "--version"]),
    ("curl", &["curl", "--version"]),
    ("kcat", &["kcat", "-V"]),
    ("strace", &["strace", "-V"]),
    ("chromium", &["chromium", "--version"]),
    ("golang-go", &["go", "version"]),
];

/// What is checked without running anything: by cargo's own tools, which the toolchain may lack, and by ourselves.
const CARGO_CHECKS: &[(&str, &[&str])] = &[
    ("fmt", &["fmt", "--all", "--check"]),
    (
        "clippy",
        &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
    ),
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

impl Count {
    fn check(&mut self, name: &str, passed: bool) {
        println!("check {name} ... {}", if passed { "ok" } else { "FAILED" });
        match passed {
            true => self.passed += 1,
            false => self.failed += 1,
        }
    }
}

/// What cargo's test harness and the tests themselves say, counted.
impl Count {
    fn line(&mut self, line: &str) {
        if line.contains("SKIPPED: ") {
            self.skipped += 1;
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
            self.passed += number(" passed");
            self.failed += number(" failed");
            self.skipped += number(" ignored");
        }
    }
}

/// Fetches, checks, builds, runs, counts. Says whether all passed; what it prints last is the count.
pub fn run() -> std::io::Result<bool> {
    println!("== packages");
    install_packages();
    println!("== peers");
    fetch_peers();
    let mut count = Count::default();
    println!("== checks");
    checks(&mut count);
    println!("== build");
    let built = Command::new("cargo").args(["build", "--package", "weir"]).status()?;
    count.check("build", built.success());
    if built.success() {
        println!("== tests");
        let tests = ["test", "--workspace", "--no-fail-fast", "--", "--nocapture"];
        let clean = stream(Command::new("cargo").args(tests), &mut count)?;
        // What does not compile, or dies, has no line that counts it.
        if !clean && count.failed == 0 {
            count.failed = 1;
        }
    }
    println!(
        "\n{} passed, {} failed, {} skipped",
        count.passed, count.failed, count.skipped
    );
    Ok(count.failed == 0)
}

fn checks(count: &mut Count) {
    for (tool, args) in CARGO_CHECKS {
        let there = || succeeds("cargo", &[tool, "--version"]);
        let name = if *tool == "fmt" { "rustfmt" } else { tool };
        let added = || succeeds("rustup", &["component", "add", name]);
        if !(there() || (added() && there())) {
            match std::env::var_os("CI") {
                Some(_) => count.check(name, false),
                None => {
                    println!("SKIPPED: {name}: the toolchain has none, and rustup could not add it");
                    count.skipped += 1;
                }
            }
            continue;
        }
        let passed = Command::new("cargo")
            .args(*args)
            .status()
            .is_ok_and(|status| status.success());
        count.check(name, passed);
    }
    let tidy = crate::tidy::run();
    if let Err(error) = &tidy {
        println!("{error}");
    }
    count.check("tidy", tidy.is_ok());
}

/// Fetches peers into the cache and says whether all are there. What cannot be had is said here, and again by each test
/// that wants it: a failure with `CI` set, a named skip for a user.
pub fn fetch_peers() -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let all = [
        report("Apache Kafka", peers::kafka_jars()),
        report("Python clients", peers::python_venv()),
        report("Node", peers::node()),
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
        .filter(|(_, shown)| {
            !shown
                .split_first()
                .is_some_and(|(program, args)| succeeds(program, args))
        })
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

/// Whether a program is there and content, its output aside.
fn succeeds(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command, passes its output on, and counts what cargo's test harness and the tests themselves say.
fn stream(command: &mut Command, total: &mut Count) -> Result<bool, std::io::Error> {
    let mut count = Count::default();
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
            count.line(&line);
        }
    }
    // A skip is told by a test that the harness counts as passed.
    total.passed += count.passed.saturating_sub(count.skipped);
    total.failed += count.failed;
    total.skipped += count.skipped;
    Ok(child.wait()?.success())
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn results_of_all_binaries_are_added() {
        let mut count = Count::default();
        for line in [
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
            "SKIPPED: Apache Kafka: no Java",
            "test a ... ok",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            count.line(line);
        }
        assert_eq!((count.passed, count.failed, count.skipped), (7, 3, 2));
    }
}
