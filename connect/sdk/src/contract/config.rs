//! Bad settings: every wrong one is named, all at once.

use weir_config::ConfigType;
use weir_config::key::Default;

use super::{Verdict, ensure};
use crate::config::ConnectorConfig;
use crate::connector::ConfigMap;

/// `good` parses; without any required setting, and with garbage in any typed one, each of them is named in one answer; an unknown
/// setting is only a warning; the settings have documentation.
///
/// # Errors
/// What is wrong with the plugin's table.
pub fn bad_config<C: ConnectorConfig>(good: &ConfigMap) -> Verdict {
    if let Err(errors) = C::parse(good) {
        return Err(format!("the harness' own settings are refused: {errors}"));
    }
    let mut odd = good.clone();
    odd.insert("no.such.setting.anywhere".to_owned(), "x".to_owned());
    if let Err(errors) = C::parse(&odd) {
        return Err(format!("an unknown setting must only be a warning: {errors}"));
    }
    let mut bad = good.clone();
    let mut expected = Vec::new();
    for entry in C::def().entries() {
        ensure(!entry.documentation.is_empty(), || {
            format!("setting {} has no documentation", entry.name)
        })?;
        let typed = matches!(
            entry.key.kind,
            ConfigType::Boolean | ConfigType::Int | ConfigType::Short | ConfigType::Long | ConfigType::Double
        );
        if entry.key.default == Default::Required {
            bad.remove(entry.name.as_ref());
            expected.push(entry.name.to_string());
        } else if typed {
            bad.insert(entry.name.to_string(), "not a number or a bool".to_owned());
            expected.push(entry.name.to_string());
        }
    }
    let named: Vec<String> = match C::parse(&bad) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.errors.iter().map(|error| error.name().to_owned()).collect(),
    };
    match expected.iter().find(|name| !named.contains(name)) {
        Some(missing) => Err(format!(
            "setting {missing} was wrong and no error names it (named: {named:?})"
        )),
        None => Ok(()),
    }
}
