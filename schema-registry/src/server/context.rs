//! `/contexts/{context}/…`: the same resources, within a context. Pure: what the path and the query are without that prefix.

/// The path and query that are meant; `None` if they are not within a context. A name that says its context itself keeps it.
pub fn within(path: &str, query: Option<&str>) -> Option<String> {
    let (context, rest) = path.strip_prefix("/contexts/")?.split_once('/')?;
    let prefix = qualifier(context);
    let mut segments: Vec<String> = rest.split('/').map(str::to_owned).collect();
    let root = segments.first().cloned().unwrap_or_default();
    // A subject comes after `subjects`, wherever that is, and after `config` or `mode` at the root.
    let before = segments
        .iter()
        .position(|segment| segment == "subjects" && root != "schemas")
        .or_else(|| matches!(root.as_str(), "config" | "mode").then_some(0));
    if let Some(before) = before {
        match segments.get_mut(before + 1) {
            Some(subject) if !names_context(subject) => *subject = format!("{prefix}{subject}"),
            None if root != "subjects" && !prefix.is_empty() => segments.push(prefix.clone()),
            _ => {}
        }
    }
    let parameter = match segments.as_slice() {
        [schemas, ids, ..] if schemas == "schemas" && ids == "ids" => Some("subject"),
        [only] if only == "schemas" || only == "subjects" => Some("subjectPrefix"),
        _ => None,
    };
    let pairs = query.into_iter().flat_map(|query| query.split('&'));
    let mut pairs: Vec<String> = pairs.filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
    if let Some(name) = parameter {
        let start = format!("{name}=");
        let given = pairs.iter().position(|pair| pair.starts_with(&start));
        let value = given.map_or(String::new(), |at| pairs.remove(at).split_off(start.len()));
        let own = if names_context(&value) { "" } else { prefix.as_str() };
        pairs.push(format!("{start}{own}{value}"));
    }
    let path = segments.join("/");
    Some(match pairs.is_empty() {
        true => format!("/{path}"),
        false => format!("/{path}?{}", pairs.join("&")),
    })
}

/// `ctx`, `.ctx` and `:.ctx:` as the beginning of a subject's name; nothing for the default context.
fn qualifier(context: &str) -> String {
    let decoded = context.replace("%3A", ":").replace("%3a", ":");
    match decoded.trim_matches(':').trim_start_matches('.') {
        "" => String::new(),
        name => format!(":.{name}:"),
    }
}

fn names_context(text: &str) -> bool {
    let start: String = text.chars().take(4).collect();
    let start = start.replace("%3A", ":").replace("%3a", ":");
    start.starts_with(":.") || start.starts_with(":*")
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn paths_and_queries() {
        for (given, meant) in [
            (
                "/contexts/.c/subjects/a/versions?normalize=true",
                "/subjects/:.c:a/versions?normalize=true",
            ),
            ("/contexts/:.c:/subjects/a%2Fb", "/subjects/:.c:a%2Fb"),
            ("/contexts/%3A.c%3A/subjects/a", "/subjects/:.c:a"),
            ("/contexts/c/subjects/:.d:a", "/subjects/:.d:a"),
            (
                "/contexts/.c/compatibility/subjects/a/versions/1",
                "/compatibility/subjects/:.c:a/versions/1",
            ),
            ("/contexts/.c/subjects", "/subjects?subjectPrefix=:.c:"),
            (
                "/contexts/.c/subjects?deleted=true&subjectPrefix=a",
                "/subjects?deleted=true&subjectPrefix=:.c:a",
            ),
            (
                "/contexts/.c/schemas?latestOnly=true",
                "/schemas?latestOnly=true&subjectPrefix=:.c:",
            ),
            (
                "/contexts/.c/schemas/ids/1/subjects",
                "/schemas/ids/1/subjects?subject=:.c:",
            ),
            ("/contexts/.c/schemas/ids/1?subject=a", "/schemas/ids/1?subject=:.c:a"),
            ("/contexts/.c/schemas/types", "/schemas/types"),
            ("/contexts/.c/config", "/config/:.c:"),
            ("/contexts/.c/mode/a", "/mode/:.c:a"),
            ("/contexts/./config", "/config"),
            ("/contexts/./subjects/a", "/subjects/a"),
        ] {
            let (path, query) = given
                .split_once('?')
                .map_or((given, None), |(path, query)| (path, Some(query)));
            assert_eq!(within(path, query).as_deref(), Some(meant), "{given}");
        }
        assert_eq!(
            (
                within("/contexts", None),
                within("/contexts/.c", None),
                within("/subjects", None)
            ),
            (None, None, None)
        );
    }
}
