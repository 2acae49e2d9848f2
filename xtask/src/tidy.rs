//! `cargo xtask tidy`: the house rules that neither the compiler nor clippy knows. One rule a function, each shown a broken
//! example by its test.
//!
//! Rooms: [`text`] (files), [`walls`] (who may import whom), [`licences`] (what comes from outside).

mod licences;
mod text;
mod walls;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::TaskResult;

/// Prints every broken rule; the error says how many.
pub fn run() -> TaskResult {
    let found = check()?;
    found.iter().for_each(|problem| println!("{problem}"));
    match found.len() {
        0 => Ok(()),
        n => Err(format!("{n} house rules broken").into()),
    }
}

fn check() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let mut found = Vec::new();
    for name in tracked(&root)? {
        // Data sets and pictures are no text of ours.
        if let Ok(text) = std::fs::read_to_string(root.join(&name)) {
            found.extend(text::check(&name, &text));
        }
    }
    let metadata = metadata(&root)?;
    found.extend(walls::check(&metadata));
    found.extend(licences::check(
        &metadata,
        &std::fs::read_to_string(root.join("deny.toml"))?,
    ));
    Ok(found)
}

/// What is in the repository or about to be.
fn tracked(root: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let out = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    if !out.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&out.stderr)).into());
    }
    let names = String::from_utf8(out.stdout)?;
    Ok(names.lines().map(str::to_owned).collect())
}

fn metadata(root: &PathBuf) -> Result<Value, Box<dyn std::error::Error>> {
    let out = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root)
        .output()?;
    if !out.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&out.stderr)).into());
    }
    Ok(serde_json::from_slice(&out.stdout)?)
}

/// The objects of a list.
fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
