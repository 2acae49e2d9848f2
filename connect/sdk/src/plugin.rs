//! How a runtime finds and starts plugins without knowing their types.

use std::future::Future;
use std::pin::Pin;

use weir_config::{ConfigDef, ConfigError};

use crate::config::ConnectorConfig;
use crate::connector::{ConfigMap, Sink, Source};
use crate::context::{SinkContext, SourceContext};
use crate::error::{ConnectError, Result};
use crate::record::OffsetMap;

type PluginFuture<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// Starts a source task.
pub type StartSource = fn(ConfigMap, SourceContext) -> PluginFuture<Box<dyn Source>>;
/// Starts a sink task.
pub type StartSink = fn(ConfigMap, SinkContext) -> PluginFuture<Box<dyn Sink>>;

/// Checks partitions with their offsets.
pub type CheckOffsets = fn(&ConfigMap, &[(OffsetMap, Option<OffsetMap>)]) -> Result<()>;

/// How tasks of the plugin start.
#[derive(Debug, Clone, Copy)]
pub enum Start {
    Source(StartSource),
    Sink(StartSink),
}

/// A connector plugin as the runtime sees it: names and functions.
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    /// Weir's own name, for example `file-source`.
    pub name: &'static str,
    /// The Java class that users of Kafka Connect know the plugin by; REST answers give it. Weir's own plugins have one as well.
    pub class: &'static str,
    /// Other classes whose configurations the plugin understands.
    pub aliases: &'static [&'static str],
    pub version: &'static str,
    /// The settings.
    pub def: fn() -> ConfigDef,
    /// Checks across settings; empty when single settings are wrong already.
    pub check: fn(&ConfigMap) -> Vec<ConfigError>,
    /// Checks offsets that a user wants to set. A sink's are Kafka's, and are checked there.
    pub check_offsets: CheckOffsets,
    /// Splits the work.
    pub task_configs: fn(ConfigMap, usize) -> PluginFuture<Vec<ConfigMap>>,
    pub start: Start,
}

impl Plugin {
    /// Describes the source `S`.
    pub const fn source<S: Source>(name: &'static str, class: &'static str, version: &'static str) -> Self {
        Self {
            name,
            class,
            aliases: &[],
            version,
            def: <S::Config as ConnectorConfig>::def,
            check: check::<S::Config>,
            check_offsets: S::check_offsets,
            task_configs: |given, max_tasks| Box::pin(S::task_configs(given, max_tasks)),
            start: Start::Source(|given, context| {
                Box::pin(async move {
                    let config = S::Config::parse(&given).map_err(ConnectError::from)?;
                    Ok(Box::new(S::start(config, context).await?) as Box<dyn Source>)
                })
            }),
        }
    }

    /// Describes the sink `S`.
    pub const fn sink<S: Sink>(name: &'static str, class: &'static str, version: &'static str) -> Self {
        Self {
            name,
            class,
            aliases: &[],
            version,
            def: <S::Config as ConnectorConfig>::def,
            check: check::<S::Config>,
            check_offsets: |_, _| Ok(()),
            task_configs: |given, max_tasks| Box::pin(S::task_configs(given, max_tasks)),
            start: Start::Sink(|given, context| {
                Box::pin(async move {
                    let config = S::Config::parse(&given).map_err(ConnectError::from)?;
                    Ok(Box::new(S::start(config, context).await?) as Box<dyn Sink>)
                })
            }),
        }
    }

    /// Adds other classes.
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Whether this is a source.
    pub fn is_source(&self) -> bool {
        matches!(self.start, Start::Source(_))
    }

    /// Whether `connector.class` means this plugin: its name, a class, the simple name of a class, or that without "Connector".
    pub fn answers_to(&self, class: &str) -> bool {
        self.name == class
            || std::iter::once(&self.class)
                .chain(self.aliases)
                .any(|known| class_matches(known, class))
    }
}

fn class_matches(known: &str, given: &str) -> bool {
    let simple = known.rsplit('.').next().unwrap_or(known);
    known == given || simple == given || simple.strip_suffix("Connector") == Some(given)
}

fn check<C: ConnectorConfig>(given: &ConfigMap) -> Vec<ConfigError> {
    let Ok(settings) = C::def().parse(given.clone()) else {
        return Vec::new();
    };
    C::from_settings(&settings)
        .map(|config| config.check())
        .unwrap_or_default()
}

inventory::collect!(Plugin);

/// All plugins that crates linked into this binary registered with [`crate::register!`].
pub fn registered() -> impl Iterator<Item = &'static Plugin> {
    inventory::iter::<Plugin>()
}

/// Registers plugins: `register!(PLUGIN, …)` with constants of type [`Plugin`].
#[macro_export]
macro_rules! register {
    ($($plugin:expr),+ $(,)?) => { $( $crate::inventory::submit! { $plugin } )+ };
}

/// A [`Plugin`] description with the version of the crate that calls it: `plugin!(source MySource, "my-source", "com.example.MySource")`.
#[macro_export]
macro_rules! plugin {
    (source $ty:ty, $name:expr, $class:expr) => {
        $crate::Plugin::source::<$ty>($name, $class, env!("CARGO_PKG_VERSION"))
    };
    (sink $ty:ty, $name:expr, $class:expr) => {
        $crate::Plugin::sink::<$ty>($name, $class, env!("CARGO_PKG_VERSION"))
    };
}
