//! Who may import whom: ARCHITECTURE.md's table, held against Cargo's own list of dependencies. Tests may import anything.

use serde_json::Value;

use super::{list, text_of};

/// What stands for `core` and what lies below it.
const CORE: &[&str] = &["weir-config", "weir-messages", "weir-core"];

/// A crate, whether it may import [`CORE`], and what else of ours it may import. `None`: all.
type Wall = (&'static str, bool, Option<&'static [&'static str]>);

const WALLS: &[Wall] = &[
    ("weir-config", false, Some(&[])),
    ("weir-messages", false, Some(&[])),
    ("weir-core", false, Some(&["weir-config", "weir-messages"])),
    ("weir-runtime", true, Some(&[])),
    ("weir-client", true, Some(&["weir-runtime"])),
    ("weir-engine", true, Some(&[])),
    ("weir-broker", true, Some(&["weir-runtime", "weir-engine"])),
    ("weir-serdes", true, Some(&["weir-runtime"])),
    (
        "weir-schema-registry",
        true,
        Some(&["weir-runtime", "weir-client", "weir-serdes"]),
    ),
    ("weir-connect-derive", false, Some(&[])),
    ("weir-connect-sdk", false, Some(&["weir-config", "weir-connect-derive"])),
    (
        "weir-connect",
        true,
        Some(&["weir-runtime", "weir-client", "weir-serdes", "weir-connect-sdk"]),
    ),
    ("weir-plugin-file", false, Some(&["weir-connect-sdk"])),
    ("weir-plugin-datagen", false, Some(&["weir-connect-sdk"])),
    ("weir-plugin-sql", false, Some(&["weir-connect-sdk"])),
    (
        "weir-streams",
        true,
        Some(&["weir-runtime", "weir-client", "weir-serdes"]),
    ),
    (
        "weir-console",
        true,
        Some(&["weir-runtime", "weir-client", "weir-serdes"]),
    ),
    ("weir-examples", false, Some(&["weir-connect-sdk", "weir-streams"])),
    ("weir", true, None),
    ("weir-tests", true, None),
    // What measures the house does not link it.
    ("weir-perf", true, Some(&["weir-tests", "xtask"])),
    ("xtask", true, None),
];

/// Crates that are decided without doing: nothing in them may reach a runtime, a server or randomness by itself.
const PURE: &[&str] = &[
    "weir-config",
    "weir-messages",
    "weir-core",
    "weir-engine",
    "weir-connect-sdk",
];
const IMPURE: &[&str] = &[
    "tokio",
    "async-std",
    "smol",
    "axum",
    "hyper",
    "rand",
    "getrandom",
    "socket2",
    "mio",
];

/// What stands on the wrong side of a wall, in `cargo metadata`'s answer.
pub(super) fn check(metadata: &Value) -> Vec<String> {
    let members: Vec<&str> = list(metadata, "workspace_members").filter_map(Value::as_str).collect();
    let own: Vec<&Value> = list(metadata, "packages")
        .filter(|package| members.contains(&text_of(package, "id")))
        .collect();
    let names: Vec<&str> = own.iter().map(|package| text_of(package, "name")).collect();
    let mut found = Vec::new();
    for package in &own {
        let name = text_of(package, "name");
        let Some((_, core, allowed)) = WALLS.iter().find(|(wall, ..)| *wall == name) else {
            found.push(format!("{name}: a new crate has no wall in xtask/src/tidy/walls.rs"));
            continue;
        };
        // Kinds other than dev-dependencies reach the product.
        let imports = list(package, "dependencies").filter(|import| text_of(import, "kind") != "dev");
        for import in imports.map(|import| text_of(import, "name")) {
            let may = allowed.is_none_or(|allowed| allowed.contains(&import)) || (*core && CORE.contains(&import));
            if names.contains(&import) && !may {
                found.push(format!("{name} must not import {import}"));
            }
            if PURE.contains(&name) && IMPURE.contains(&import) {
                found.push(format!("{name} is pure and must not import {import}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use serde_json::{Value, json};

    fn workspace(name: &str, imports: &Value) -> Value {
        let other = |name: &str| json!({"id": name, "name": name, "dependencies": []});
        json!({
            "workspace_members": [name, "weir-broker", "weir-core"],
            "packages": [{"id": name, "name": name, "dependencies": imports}, other("weir-broker"), other("weir-core")],
        })
    }

    #[test]
    fn walls_hold() {
        let fine = json!([{"name": "weir-core", "kind": null}, {"name": "tokio", "kind": null}, {"name": "weir-broker", "kind": "dev"}]);
        assert_eq!(check(&workspace("weir-client", &fine)), [""; 0]);
        let over = json!([{"name": "weir-broker", "kind": null}]);
        assert_eq!(
            check(&workspace("weir-client", &over)),
            ["weir-client must not import weir-broker"]
        );
        let build = json!([{"name": "weir-broker", "kind": "build"}]);
        assert_eq!(
            check(&workspace("weir-console", &build)),
            ["weir-console must not import weir-broker"]
        );
        let impure = json!([{"name": "tokio", "kind": null}]);
        assert_eq!(
            check(&workspace("weir-engine", &impure)),
            ["weir-engine is pure and must not import tokio"]
        );
        assert!(
            check(&workspace("weir-new", &json!([])))
                .iter()
                .any(|found| found.contains("no wall"))
        );
    }
}
