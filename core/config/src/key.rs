//! One setting: name, type, default, check, documentation. Const, so that tables can be statics.

use crate::validator::Validator;

/// Kafka's `ConfigDef.Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigType {
    Boolean,
    String,
    Int,
    Short,
    Long,
    Double,
    List,
    Class,
    Password,
}

impl ConfigType {
    /// The upper-case name that Kafka uses in error texts and in Connect's JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Int => "INT",
            Self::Short => "SHORT",
            Self::Long => "LONG",
            Self::Double => "DOUBLE",
            Self::List => "LIST",
            Self::Class => "CLASS",
            Self::Password => "PASSWORD",
        }
    }

    /// The type's id in a `DescribeConfigs` response (`ConfigEntry.ConfigType` order, 0 is UNKNOWN).
    pub const fn describe_id(self) -> i8 {
        match self {
            Self::Boolean => 1,
            Self::String => 2,
            Self::Int => 3,
            Self::Short => 4,
            Self::Long => 5,
            Self::Double => 6,
            Self::List => 7,
            Self::Class => 8,
            Self::Password => 9,
        }
    }
}

/// How likely a user is to need the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Importance {
    High,
    Medium,
    Low,
}

impl Importance {
    /// Kafka's upper-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
        }
    }
}

/// How wide a form field for the setting should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    None,
    Short,
    Medium,
    Long,
}

impl Width {
    /// Kafka's upper-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Short => "SHORT",
            Self::Medium => "MEDIUM",
            Self::Long => "LONG",
        }
    }
}

/// Whether a running process takes a new value (Kafka's dynamic update modes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    ReadOnly,
    PerBroker,
    ClusterWide,
}

impl Update {
    /// The name that Kafka's broker configuration reference uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::PerBroker => "per-broker",
            Self::ClusterWide => "cluster-wide",
        }
    }
}

/// What a setting is when nobody gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// No default: leaving the setting out is an error.
    Required,
    /// Absent is fine and reads as null.
    Null,
    /// The default in the same text form that a user would write.
    Text(&'static str),
}

/// One setting. Build it with a type constructor and the chained setters; all are `const`.
#[derive(Debug, Clone, Copy)]
pub struct ConfigKey {
    pub name: &'static str,
    pub kind: ConfigType,
    pub default: Default,
    pub validator: Validator,
    pub importance: Importance,
    pub documentation: &'static str,
    pub group: Option<&'static str>,
    /// Position inside the group, -1 when it does not matter.
    pub order_in_group: i32,
    pub width: Width,
    pub display_name: Option<&'static str>,
    /// Names of settings whose validity or visibility depends on this one.
    pub dependents: &'static [&'static str],
    pub update: Update,
    /// Other names under which users may give the setting; the first given in this order counts.
    pub aliases: &'static [&'static str],
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $fn:ident => $kind:ident),* $(,)?) => {
        $($(#[$doc])* pub const fn $fn(name: &'static str) -> Self { Self::new(name, ConfigType::$kind) })*
    };
}

impl ConfigKey {
    /// A required setting of medium importance without checks; narrow it with the setters.
    pub const fn new(name: &'static str, kind: ConfigType) -> Self {
        Self {
            name,
            kind,
            default: Default::Required,
            validator: Validator::Any,
            importance: Importance::Medium,
            documentation: "",
            group: None,
            order_in_group: -1,
            width: Width::None,
            display_name: None,
            dependents: &[],
            update: Update::ReadOnly,
            aliases: &[],
        }
    }

    constructors! {
        /// `true` or `false`.
        boolean => Boolean,
        /// Text, trimmed.
        string => String,
        /// 32-bit integer.
        int => Int,
        /// 16-bit integer.
        short => Short,
        /// 64-bit integer.
        long => Long,
        /// 64-bit float.
        double => Double,
        /// Comma-separated list.
        list => List,
        /// A class name: kept as text, known names are the caller's business.
        class => Class,
        /// A secret: never printed.
        password => Password,
    }

    /// Default in the text form that a user would write.
    pub const fn default(mut self, text: &'static str) -> Self {
        self.default = Default::Text(text);
        self
    }

    /// Absent reads as null.
    pub const fn default_null(mut self) -> Self {
        self.default = Default::Null;
        self
    }

    /// Check that runs after the type is right.
    pub const fn check(mut self, validator: Validator) -> Self {
        self.validator = validator;
        self
    }

    /// One or two sentences for the reference.
    pub const fn doc(mut self, documentation: &'static str) -> Self {
        self.documentation = documentation;
        self
    }

    /// Importance [`Importance::High`].
    pub const fn high(mut self) -> Self {
        self.importance = Importance::High;
        self
    }

    /// Importance [`Importance::Low`].
    pub const fn low(mut self) -> Self {
        self.importance = Importance::Low;
        self
    }

    /// Group and position inside it.
    pub const fn group(mut self, group: &'static str, order: i32) -> Self {
        self.group = Some(group);
        self.order_in_group = order;
        self
    }

    /// Form width.
    pub const fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// Label for forms; the name itself by default.
    pub const fn display(mut self, display_name: &'static str) -> Self {
        self.display_name = Some(display_name);
        self
    }

    /// Names of settings that depend on this one.
    pub const fn dependents(mut self, dependents: &'static [&'static str]) -> Self {
        self.dependents = dependents;
        self
    }

    /// How a running process takes a new value.
    pub const fn update(mut self, update: Update) -> Self {
        self.update = update;
        self
    }

    /// Other accepted names.
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}
