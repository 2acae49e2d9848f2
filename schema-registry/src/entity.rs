//! The JSON objects that requests, answers and log records share: references, metadata, rules.
//!
//! Metadata and rules are kept, hashed and returned; the registry does not run rules (clients do).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The type word for Avro, which is also the type where none is written.
pub const AVRO: &str = "AVRO";

/// Points from one schema to a version of another subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The name by which the schema refers to the other; for Avro a full name.
    pub name: String,
    /// Subject of the other.
    pub subject: String,
    /// Version of the other; -1 in a request means the latest.
    pub version: i32,
}

/// Metadata of a schema. Maps and sets are sorted, as their order is part of the identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Tags by path.
    #[serde(default, skip_serializing_if = "is_empty_map")]
    pub tags: Option<BTreeMap<String, BTreeSet<String>>>,
    /// Properties by name.
    #[serde(default, skip_serializing_if = "is_empty_map")]
    pub properties: Option<BTreeMap<String, String>>,
    /// Names of properties whose values are secret.
    #[serde(default, skip_serializing_if = "is_empty_set")]
    pub sensitive: Option<BTreeSet<String>>,
}

/// Rules of a schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSet {
    /// Rules between versions.
    #[serde(default, skip_serializing_if = "is_empty_list")]
    pub migration_rules: Option<Vec<Rule>>,
    /// Rules for data.
    #[serde(default, skip_serializing_if = "is_empty_list")]
    pub domain_rules: Option<Vec<Rule>>,
    /// Rules for encoded data.
    #[serde(default, skip_serializing_if = "is_empty_list")]
    pub encoding_rules: Option<Vec<Rule>>,
    /// Where the rules run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_at: Option<String>,
}

/// One rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Name, unique in its rule set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// `TRANSFORM` or `CONDITION`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// When it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Its engine, for example `CEL`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Tags that it applies to.
    #[serde(default, skip_serializing_if = "is_empty_set")]
    pub tags: Option<BTreeSet<String>>,
    /// Parameters.
    #[serde(default, skip_serializing_if = "is_empty_map")]
    pub params: Option<BTreeMap<String, String>>,
    /// Its expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
    /// What to do after success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_success: Option<String>,
    /// What to do after failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
    /// Switched off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

fn is_empty_map<K, V>(map: &Option<BTreeMap<K, V>>) -> bool {
    map.as_ref().is_none_or(BTreeMap::is_empty)
}

fn is_empty_set<T>(set: &Option<BTreeSet<T>>) -> bool {
    set.as_ref().is_none_or(BTreeSet::is_empty)
}

fn is_empty_list<T>(list: &Option<Vec<T>>) -> bool {
    list.as_ref().is_none_or(Vec::is_empty)
}
