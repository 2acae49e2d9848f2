//! The plugins that a worker knows. The runtime sees names and functions only.

use weir_connect_sdk::weir_config::suggest::nearest;
use weir_connect_sdk::{Plugin, registered};

/// A list of plugins.
#[derive(Debug, Clone, Default)]
pub struct Plugins(Vec<Plugin>);

impl Plugins {
    /// These plugins.
    pub fn new(plugins: impl IntoIterator<Item = Plugin>) -> Self {
        let mut plugins: Vec<Plugin> = plugins.into_iter().collect();
        plugins.sort_by_key(|plugin| (plugin.is_source(), plugin.class));
        Self(plugins)
    }

    /// All plugins that crates linked into this binary registered.
    pub fn registered() -> Self {
        Self::new(registered().copied())
    }

    /// The plugin that `connector.class` means.
    pub fn find(&self, class: &str) -> Option<&Plugin> {
        self.0.iter().find(|plugin| plugin.answers_to(class))
    }

    /// Sinks first, by class, as the REST API lists them.
    pub fn iter(&self) -> impl Iterator<Item = &Plugin> {
        self.0.iter()
    }

    /// The name of a plugin that `class` nearly is, in the form that `class` has.
    pub fn nearest(&self, class: &str) -> Option<&'static str> {
        let names = self.0.iter().flat_map(|plugin| {
            let simple = plugin.class.rsplit('.').next().unwrap_or(plugin.class);
            let short = simple.strip_suffix("Connector").unwrap_or(simple);
            [plugin.name, plugin.class, simple, short]
        });
        nearest(class, names)
    }

    /// Text for messages.
    pub fn available(&self) -> String {
        self.0
            .iter()
            .map(|plugin| format!("{} ({})", plugin.class, plugin.name))
            .collect::<Vec<_>>()
            .join(", ")
    }
}
