//! Node for the tests that run JavaScript: the machine's, if it is new enough.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use super::{PeerError, at, cache_dir};

/// The oldest major version that Playwright and the registry's clients run on.
const OLDEST: u32 = 20;
/// What is fetched where Node is older: Debian 12 has 18.
const FETCHED: &str = "22.23.3";

/// A Node that is new enough; its program comes as a package of the npm registry where the machine's is too old.
pub fn node() -> Result<PathBuf, PeerError> {
    let own = PathBuf::from("node");
    let version = run(Command::new(&own).arg("--version"))?;
    if major(&version).is_some_and(|major| major >= OLDEST) {
        return Ok(own);
    }
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => {
            let text = format!("{} is too old, and none is fetched for {other}", version.trim());
            return Err(PeerError::Node(text));
        }
    };
    let root = cache_dir()?.join("node");
    fs::create_dir_all(&root).map_err(at(&root))?;
    let lock_path = root.join("fetch.lock");
    let lock = File::create(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    let package = format!("node-linux-{arch}");
    let folder = root.join(FETCHED);
    let program = folder.join(format!("node_modules/{package}/bin/node"));
    if !program.exists() {
        eprintln!("Node {} is too old: fetching {package}@{FETCHED}", version.trim());
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]);
        run(npm.arg(&folder).arg(format!("{package}@{FETCHED}")))?;
    }
    Ok(program)
}

fn run(command: &mut Command) -> Result<String, PeerError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|e| PeerError::Node(format!("{program}: {e} (is Node installed?)")))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(PeerError::Node(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

/// The first number of `v18.20.4`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("v18.20.4\n"), Some(18));
        assert_eq!(major("v24.0.0-rc.1"), Some(24));
        assert_eq!(major("node 22"), None);
    }
}
