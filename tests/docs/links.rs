//! Relative links of every document lead somewhere.

use std::path::Path;

use crate::{documents, root};

/// Targets of `[text](target)` that are files of the project.
fn targets(text: &str) -> Vec<&str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let targets = links.map(|(target, _)| target.split('#').next().unwrap_or_default());
    targets
        .filter(|t| !t.is_empty() && !t.contains("://") && !t.starts_with("mailto:"))
        .collect()
}

fn broken<'t>(text: &'t str, folder: &Path) -> Vec<&'t str> {
    targets(text)
        .into_iter()
        .filter(|target| !folder.join(target).exists())
        .collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut seen = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        seen += targets(&text).len();
        let broken = broken(&text, document.parent().unwrap());
        assert!(broken.is_empty(), "{}: {broken:?}", document.display());
    }
    assert!(seen > 5, "only {seen} links found");
}

/// ARCHITECTURE.md names files in backquotes; a map that names what is gone is worse than none.
#[test]
fn files_named_in_the_map_are_there() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let named = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('/') && name.ends_with(".rs"));
    let named: Vec<&str> = named.collect();
    assert!(named.len() > 10, "{named:?}");
    // Walks name files from the crate's folder on, or from that of the one named before.
    let roots = ["", "broker", "broker/src", "connect", "streams"];
    let lost: Vec<_> = named
        .iter()
        .filter(|name| !roots.iter().any(|r| root().join(r).join(name).exists()))
        .collect();
    assert!(lost.is_empty(), "ARCHITECTURE.md names {lost:?}");
}

#[test]
fn a_broken_link_is_found() {
    let text = "[a](README.md) [b](no/such.md#x) [c](https://example.org/x) [d](#there)";
    assert_eq!(broken(text, &root()), ["no/such.md"]);
}
