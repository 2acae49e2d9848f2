//! Licences and bans of what comes from outside, after deny.toml. `cargo deny check` says the same and more where it is
//! installed; this needs nothing.

use serde_json::Value;

use super::{list, text_of};

/// What deny.toml does not allow, in `cargo metadata`'s answer.
pub(super) fn check(metadata: &Value, deny: &str) -> Vec<String> {
    let allowed = strings(after(deny, "\nallow = ["));
    let banned: Vec<&str> = deny
        .lines()
        .filter_map(|line| line.trim().strip_prefix("{ crate = \""))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let mut found = Vec::new();
    if allowed.is_empty() || banned.is_empty() {
        found.push("deny.toml: no `allow` list or no bans".to_owned());
    }
    for package in list(metadata, "packages") {
        let (name, licence) = (text_of(package, "name"), text_of(package, "license"));
        if !permitted(licence, &allowed) {
            found.push(format!("{name}: licence {licence:?} is not in deny.toml"));
        }
        if banned.contains(&name) {
            found.push(format!("{name} is banned by deny.toml"));
        }
    }
    found
}

fn after<'t>(text: &'t str, start: &str) -> &'t str {
    let list = text.split_once(start).map_or("", |(_, rest)| rest);
    list.split(']').next().unwrap_or_default()
}

fn strings(list: &str) -> Vec<&str> {
    list.split('"').skip(1).step_by(2).collect()
}

/// Whether an SPDX expression can be met: one alternative of which every part is allowed. `(A OR B) AND C` is a conjunction of
/// disjunctions, everything else in use is a plain list of either.
fn permitted(licence: &str, allowed: &[&str]) -> bool {
    let plain = licence.replace('/', " OR ");
    let part = |part: &str| {
        let name = part
            .trim()
            .trim_matches(['(', ')'])
            .split(" WITH ")
            .next()
            .unwrap_or_default();
        allowed.contains(&name.trim())
    };
    let all = |text: &str| text.split(" AND ").all(part);
    if plain.contains(") AND ") || plain.contains(" AND (") {
        return plain.split(" AND ").all(|either| either.split(" OR ").any(part));
    }
    plain.split(" OR ").any(all)
}

#[cfg(test)]
mod tests {
    use super::{check, permitted};
    use serde_json::json;

    const DENY: &str = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n[bans]\ndeny = [\n  { crate = \"openssl-sys\", reason = \"x\" },\n]\n";

    #[test]
    fn what_is_not_allowed_is_found() {
        let packages = |name: &str, licence: &str| json!({"packages": [{"name": name, "license": licence}]});
        assert_eq!(check(&packages("a", "MIT OR GPL-3.0"), DENY), [""; 0]);
        assert_eq!(
            check(&packages("a", "GPL-3.0"), DENY),
            ["a: licence \"GPL-3.0\" is not in deny.toml"]
        );
        assert_eq!(
            check(&packages("openssl-sys", "MIT"), DENY),
            ["openssl-sys is banned by deny.toml"]
        );
        assert_eq!(check(&packages("a", "MIT"), "").len(), 2);
    }

    #[test]
    fn expressions() {
        let ok = |text: &str| permitted(text, &["MIT", "Apache-2.0", "Zlib"]);
        assert!(ok("MIT/Apache-2.0") && ok("(MIT OR X) AND Zlib") && ok("Apache-2.0 WITH LLVM-exception"));
        assert!(ok("X OR (MIT AND Zlib)") && !ok("X OR (MIT AND Y)"));
        assert!(!ok("") && !ok("X AND MIT") && !ok("(X OR Y) AND MIT"));
    }
}
