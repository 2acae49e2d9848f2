//! Go programs that tests run: built once into the cache, with a Go that is new enough.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{PeerError, at, cache_dir};

/// The oldest minor version of Go 1 that franz-go builds with.
const OLDEST: u32 = 25;
/// What is fetched where Go is older: Debian 12 has 1.19.
const TOOLCHAIN: &str = "1.25.11";

/// Builds the Go module in a folder, once per its text, and returns the program. Modules come through the Go proxy.
pub fn go_program(folder: &Path) -> Result<PathBuf, PeerError> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(at(folder))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        fs::read(file).map_err(at(file))?.hash(&mut hasher);
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let root = cache_dir()?.join("go");
    fs::create_dir_all(&root).map_err(at(&root))?;
    let lock_path = root.join("fetch.lock");
    let lock = File::create(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    let program = root.join(format!("{name}-{:016x}", hasher.finish()));
    if !program.exists() {
        let go = recent_go(&root)?;
        // Moved when it is whole: a build that is killed leaves no half of it.
        let aside = root.join(format!("{name}.building"));
        let mut build = cached(&go, &root);
        run(build.args(["build", "-o"]).arg(&aside).arg(".").current_dir(folder))?;
        fs::rename(&aside, &program).map_err(at(&program))?;
    }
    Ok(program)
}

/// Go itself with its caches in ours, writable so that they can be removed.
fn cached(go: &Path, root: &Path) -> Command {
    let mut command = Command::new(go);
    command
        .env("GOMODCACHE", root.join("mod"))
        .env("GOCACHE", root.join("build"))
        .env("GOFLAGS", "-modcacherw")
        .env("GOTOOLCHAIN", "local")
        .env_remove("GOROOT")
        .env("GOWORK", "off");
    command
}

fn run(command: &mut Command) -> Result<String, PeerError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|e| PeerError::Go(format!("{program}: {e} (is Go installed?)")))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(PeerError::Go(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

/// The machine's Go if it is recent, else one from the Go proxy, where toolchains are modules: any older Go can fetch it.
fn recent_go(root: &Path) -> Result<PathBuf, PeerError> {
    let own = PathBuf::from("go");
    let version = run(cached(&own, root).arg("version"))?;
    if minor(&version).is_some_and(|minor| minor >= OLDEST) {
        return Ok(own);
    }
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => {
            return Err(PeerError::Go(format!(
                "{} is too old, and none is fetched for {other}",
                version.trim()
            )));
        }
    };
    let module = format!("golang.org/toolchain@v0.0.1-go{TOOLCHAIN}.linux-{arch}");
    eprintln!("{} is too old: fetching {module}", version.trim());
    // An empty module of its own, or an old Go has nowhere to work.
    let work = root.join("toolchain");
    fs::create_dir_all(&work).map_err(at(&work))?;
    let file = work.join("go.mod");
    fs::write(&file, "module weir.test/toolchain\n").map_err(at(&file))?;
    run(cached(&own, root).args(["mod", "download", &module]).current_dir(&work))?;
    let toolchain = root.join("mod").join(&module);
    for folder in ["bin", &format!("pkg/tool/linux_{arch}")] {
        executable(&toolchain.join(folder))?;
    }
    Ok(toolchain.join("bin/go"))
}

/// The second number of `go version go1.19.8 linux/amd64`.
fn minor(version: &str) -> Option<u32> {
    let digits = version.split_once("go1.")?.1;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

/// A module's archive has no permissions.
fn executable(folder: &Path) -> Result<(), PeerError> {
    use std::os::unix::fs::PermissionsExt;
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(at(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn versions_are_read() {
        assert_eq!(minor("go version go1.19.8 linux/amd64\n"), Some(19));
        assert_eq!(minor("go version go1.26rc1 linux/amd64"), Some(26));
        assert_eq!(minor("go version devel +abc linux/amd64"), None);
    }
}
