//! Docs: the README's commands are run as they stand there, and what any document points at is there.

#![expect(clippy::unwrap_used, reason = "a test: what is missing must fail it")]

mod commands;
mod links;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block of a document.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    language: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every document of the project: what git knows, so that no dependency's counts.
fn documents() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard", "*.md"])
        .current_dir(root())
        .output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let found: Vec<PathBuf> = listed
        .lines()
        .map(|line| root().join(line))
        .filter(|path| path.exists())
        .collect();
    assert!(
        found.len() >= 5 && found.contains(&root().join("README.md")),
        "{found:?}"
    );
    found
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block {
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(block)) => block.text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

#[test]
fn blocks_are_found() {
    let block = |language: &str, text: &str| Block {
        language: language.into(),
        text: text.into(),
    };
    assert_eq!(
        blocks("a\n```sh\nb\nc\n```\nd\n```\ne\n```\n"),
        [block("sh", "b\nc\n"), block("", "e\n")]
    );
}

/// Lines without their indentation, so that a piece of a function can stand alone in a document.
fn stands_in(piece: &str, source: &str) -> bool {
    let flat = |text: &str| {
        text.lines()
            .map(|line| format!("{}\n", line.trim()))
            .collect::<String>()
    };
    !piece.trim().is_empty() && flat(source).contains(&flat(piece))
}

/// What the README shows of Rust is a piece of an example, which is compiled and tested.
#[test]
fn rust_in_the_readme_is_from_the_examples() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let shown: Vec<Block> = blocks(&text)
        .into_iter()
        .filter(|block| block.language == "rust")
        .collect();
    let example = include_str!("../../examples/examples/word_count.rs");
    assert!(!shown.is_empty());
    for block in shown {
        assert!(stands_in(&block.text, example), "not in the example:\n{}", block.text);
    }
    assert!(!stands_in("let builder = Other::new();\n", example) && !stands_in("", example));
}
