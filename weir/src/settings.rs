//! A part's settings out of their layers, later wins: defaults, the profile, `--config`, the environment, `--set`.

use crate::cli::PartArgs;
use crate::failure::Failure;
use std::collections::BTreeMap;
use weir_config::ConfigDef;
use weir_config::layers::Layers;

/// Tables of `weir.toml`, one a part.
const SECTIONS: &[&str] = &["broker", "registry", "connect", "console"];

/// The merged settings of one part. Unknown names are told, with the nearest known one, and kept out of nobody's way.
pub(crate) fn of_part(
    args: &PartArgs,
    section: &str,
    def: &ConfigDef,
    profile: &[(&str, &str)],
) -> Result<BTreeMap<String, String>, Failure> {
    let others: Vec<&str> = SECTIONS.iter().copied().filter(|s| *s != section).collect();
    let wrong = |e: weir_config::layers::LayerError| Failure::new(e.to_string());
    let mut layers = Layers::new().with("profile", profile.iter().copied());
    if let Some(path) = &args.config {
        layers = layers.file(path, section, &others).map_err(wrong)?;
    }
    let layers = layers
        .environment("WEIR", def, std::env::vars())
        .set(&args.set)
        .map_err(wrong)?;
    let merged = layers.merged();
    if section == "broker" {
        for warning in def.warnings(&merged) {
            eprintln!("warning: {warning}");
        }
    }
    Ok(merged)
}

/// Drops what a part does not know: settings of other parts that were given beside its own.
pub(crate) fn keep_known(map: &mut BTreeMap<String, String>, def: &ConfigDef) {
    let known = |name: &String| {
        def.entries()
            .any(|e| e.name == *name || e.key.aliases.contains(&name.as_str()))
    };
    map.retain(|name, _| known(name) || name.contains(".converter."));
}
