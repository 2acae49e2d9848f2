//! `cargo xtask codegen`: Kafka's message definitions → `core/messages/src/generated`.
//!
//! The definitions are JSON files inside eight of Apache Kafka's jars. `definition` reads them as they stand, `model` resolves
//! types, versions and defaults, `emit` writes one file per message (`values` its fields), `tables` what spans messages.

mod definition;
mod emit;
mod model;
mod names;
mod tables;
mod values;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::peers;

use crate::TaskResult;
use definition::Definition;
use model::{Kind, Model};
use tables::Family;

const JARS: [&str; 8] = [
    "kafka-clients",
    "kafka-group-coordinator",
    "kafka-share-coordinator",
    "kafka-transaction-coordinator",
    "kafka-metadata",
    "kafka-storage",
    "kafka-raft",
    "kafka-streams",
];

/// Where the messages go.
const GENERATED: &str = "core/messages/src/generated";
/// Where the list of all messages for the tests goes.
const TABLE: &str = "tests/messages/table.rs";

/// Module names and what they hold, in the order of the module file.
const FAMILIES: [(&str, &str); 10] = [
    (
        "group_coordinator",
        "Records of `__consumer_offsets`: groups, members and committed offsets.",
    ),
    ("headers", "Request and response headers."),
    ("metadata", "Records of `__cluster_metadata`."),
    (
        "protocol",
        "What is embedded in other messages and batches: consumer protocol, control records, principals.",
    ),
    ("remote_log", "Records of `__remote_log_metadata`."),
    ("requests", "Requests."),
    ("responses", "Responses."),
    ("share_coordinator", "Records of `__share_group_state`."),
    (
        "storage",
        "Files: the producer snapshot, the quorum state, and Kafka Streams' subscription.",
    ),
    ("transaction_coordinator", "Records of `__transaction_state`."),
];

/// Runs the task.
pub fn run() -> TaskResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let generated = root.join(GENERATED);
    if generated.exists() {
        fs::remove_dir_all(&generated)?;
    }
    let written = generate(&root)?;
    println!("{} files", written.len());
    Ok(())
}

/// Writes everything below `root` and returns what was written.
fn generate(root: &Path) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let jars = peers::kafka_jars()?;
    let mut families: BTreeMap<&str, Vec<(Model, String)>> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for jar in JARS {
        for (file, text) in definitions(&jars.join(format!("{jar}-{}.jar", peers::KAFKA_VERSION)))? {
            let definition: Definition = serde_json::from_str(&definition::without_comments(&text))
                .map_err(|error| format!("{jar}: {file}: {error}"))?;
            // Removed APIs (4-7) keep a file that says so.
            if definition.valid_versions == "none" {
                continue;
            }
            let model = Model::new(definition)?;
            if !names.insert(model.module()) {
                return Err(format!("two messages are called {}", model.name).into());
            }
            families
                .entry(family_of(jar, model.kind))
                .or_default()
                .push((model, file));
        }
    }
    let generated = root.join(GENERATED);
    let mut written = Vec::new();
    let mut write = |path: PathBuf, text: String| -> TaskResult {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text)?;
        written.push(path);
        Ok(())
    };
    let mut sources = Vec::new();
    let mut all = Vec::new();
    for (module, about) in FAMILIES {
        let mut models = families.remove(module).unwrap_or_default();
        models.sort_by_key(|(model, _)| model.module());
        let (models, files): (Vec<_>, Vec<_>) = models.into_iter().unzip();
        sources.push(files);
        all.push(Family { module, about, models });
    }
    write(generated.join("mod.rs"), tables::root(&all, peers::KAFKA_VERSION))?;
    for (family, files) in all.iter().zip(&sources) {
        let folder = generated.join(family.module);
        write(folder.join("mod.rs"), tables::family(family))?;
        for (model, file) in family.models.iter().zip(files) {
            write(
                folder.join(format!("{}.rs", model.module())),
                emit::message(model, file),
            )?;
        }
        if let Some(text) = tables::union_file(family) {
            write(folder.join("union.rs"), text)?;
        }
        if family.module == "requests" {
            write(generated.join("api_key.rs"), tables::api_key(&family.models))?;
        }
    }
    write(root.join(TABLE), tables::test_table(&all))?;
    format(&written)?;
    Ok(written)
}

fn family_of(jar: &str, kind: Kind) -> &'static str {
    match (jar, kind) {
        (_, Kind::Request) => "requests",
        (_, Kind::Response) => "responses",
        (_, Kind::Header) => "headers",
        ("kafka-group-coordinator", _) => "group_coordinator",
        ("kafka-share-coordinator", _) => "share_coordinator",
        ("kafka-transaction-coordinator", _) => "transaction_coordinator",
        ("kafka-metadata", _) => "metadata",
        ("kafka-storage", Kind::Metadata) => "remote_log",
        ("kafka-storage" | "kafka-raft" | "kafka-streams", _) => "storage",
        _ => "protocol",
    }
}

/// The definitions in a jar: file name and text. Other JSON (schemas of configs, if ever) has no `type` that we know.
fn definitions(jar: &Path) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
    let mut archive = zip::ZipArchive::new(File::open(jar).map_err(|error| format!("{}: {error}", jar.display()))?)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name()?.to_string();
        if !name.ends_with(".json") {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text)?;
        if text.contains("\"validVersions\"") {
            let file = name.rsplit('/').next().unwrap_or(&name).to_owned();
            found.push((file, text));
        }
    }
    found.sort();
    Ok(found)
}

fn format(files: &[PathBuf]) -> TaskResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let status = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .args(files.iter().filter(|f| !f.ends_with("mod.rs")))
        .args(files.iter().filter(|f| f.ends_with("generated/mod.rs")))
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("rustfmt failed".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_in_is_what_the_definitions_say() {
        let (fresh, root) = (
            tempfile::tempdir().unwrap(),
            Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        );
        let written = match generate(fresh.path()) {
            Ok(written) => written,
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "{error}");
                eprintln!("SKIPPED: {error}");
                return;
            }
        };
        for path in &written {
            let name = path.strip_prefix(fresh.path()).unwrap();
            let same = fs::read(path).unwrap() == fs::read(root.join(name)).unwrap_or_default();
            assert!(same, "{}: run `cargo xtask codegen`", name.display());
        }
        let files = |root: &Path| {
            let folders = fs::read_dir(root.join(GENERATED)).unwrap();
            let count = |entry: fs::DirEntry| fs::read_dir(entry.path()).map_or(1, Iterator::count);
            folders.map(|entry| count(entry.unwrap())).sum::<usize>()
        };
        assert_eq!(
            files(fresh.path()),
            files(&root),
            "files that no definition has any more"
        );
    }
}
