//! Rules about files: a purpose line, a length, nothing left open, nothing of the machine that wrote them.

/// Longest source file; what grows past it has two purposes.
const MAX_LINES: usize = 600;

/// What must not stay. Written in two parts, or this file would break its own rule.
const LEFT_OPEN: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
    concat!("#[ig", "nore"),
];

/// Homes of users and build machines.
const MACHINE_PATHS: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];

/// The broken rules of one file, by its path from the project's root.
pub(super) fn check(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if name.ends_with(".rs") {
        found.extend(source(name, text));
    }
    for (number, line) in text.lines().enumerate() {
        for path in MACHINE_PATHS {
            // `x/home/` may be a route or a crate's folder.
            let absolute = line.match_indices(path).any(|(at, _)| {
                let before = line.get(..at).and_then(|before| before.chars().next_back());
                !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}'))
            });
            if absolute {
                found.push(format!("{name}:{}: a path of one machine: {path}", number + 1));
            }
        }
    }
    if name == "CHANGELOG.md" && !text.contains("\n## Unreleased\n") {
        found.push(format!("{name}: no section Unreleased"));
    }
    found
}

fn source(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with("//! ") {
        found.push(format!(
            "{name}: the first line does not say what the file is for (//! …)"
        ));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES && !name.contains("/generated/") {
        found.push(format!("{name}: {lines} lines, more than {MAX_LINES}: split it"));
    }
    for (number, line) in text.lines().enumerate() {
        for open in LEFT_OPEN.iter().filter(|open| line.contains(**open)) {
            found.push(format!("{name}:{}: left open: {open}", number + 1));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{LEFT_OPEN, MACHINE_PATHS, check};

    fn one(name: &str, text: &str, words: &str) {
        let found = check(name, text);
        assert!(
            found.len() == 1 && found.iter().all(|f| f.contains(words)),
            "{found:?}, not {words:?}"
        );
    }

    #[test]
    fn a_good_file_is_left_alone() {
        assert_eq!(check("a/src/lib.rs", "//! Rooms.\nfn f() {}\n"), [""; 0]);
        assert_eq!(check("README.md", "see `~/.cache/weir` and `a/home/b`\n"), [""; 0]);
    }

    #[test]
    fn each_rule_finds_what_breaks_it() {
        one("a.rs", "fn f() {}\n", "what the file is for");
        let long = format!("//! Long.\n{}", "\n".repeat(600));
        one("a.rs", &long, "601 lines");
        assert_eq!(check("m/generated/a.rs", &long), [""; 0]);
        for open in LEFT_OPEN {
            one("a.rs", &format!("//! x\n{open}\n"), "a.rs:2: left open");
        }
        for path in MACHINE_PATHS {
            one("notes.md", &format!("in {path}someone\n"), "notes.md:1: a path");
        }
        one("CHANGELOG.md", "# Changelog\n\n## 1.0\n", "Unreleased");
    }
}
