//! The source: a value every so often, reproducible from its seed, going on where it stopped.

use weir_connect_sdk::prelude::*;

use crate::generator::Generator;
use crate::quickstart::find;
use crate::random::Random;
use crate::schema::parse;

/// Records per poll when there is no pause between them.
const BATCH: u64 = 500;
/// The wait of an exhausted source.
const IDLE: Duration = Duration::from_secs(1);

/// Settings of the source.
#[derive(ConnectorConfig)]
#[config(check = check)]
pub struct DatagenConfig {
    /// Topic to write to.
    #[config(name = "kafka.topic", high, non_empty)]
    topic: String,
    /// Longest pause between two records in milliseconds; the pause is random below it, and none at 0.
    #[config(high, default = 500, at_least = 0)]
    max_interval: i64,
    /// Records to generate per task; -1 for no end.
    #[config(high, default = -1)]
    iterations: i64,
    /// What to generate: an Avro schema as text.
    #[config(high, default = "")]
    schema_string: String,
    /// What to generate: a file with an Avro schema.
    #[config(high, default = "")]
    schema_filename: String,
    /// The value's field that becomes the key.
    #[config(high, default = "")]
    schema_keyfield: String,
    /// What to generate: a ready-made schema (users, pageviews, orders, stock_trades, product).
    #[config(high, default = "")]
    quickstart: String,
    /// Seed for reproducible data; from the clock if not given.
    random_seed: Option<i64>,
    /// Number of the task; set by the connector itself.
    #[config(name = "task.id", default = 0, low)]
    task_id: i32,
}

fn check(config: &DatagenConfig) -> Vec<ConfigError> {
    let given = [&config.schema_string, &config.schema_filename, &config.quickstart]
        .iter()
        .filter(|text| !text.is_empty())
        .count();
    if given != 1 {
        return vec![ConfigError::other(
            "quickstart",
            "exactly one of quickstart, schema.string and schema.filename is needed",
        )];
    }
    let (setting, text) = match (config.quickstart.as_str(), config.schema_string.as_str()) {
        ("", "") => return Vec::new(),
        ("", text) => ("schema.string", text),
        (name, _) => match find(name) {
            Some(found) => ("quickstart", found.schema),
            None => return vec![ConfigError::invalid("quickstart", name, "there is no such quickstart")],
        },
    };
    match parse(text) {
        Ok(node) if !config.schema_keyfield.is_empty() && node.schema.field(&config.schema_keyfield).is_none() => {
            vec![ConfigError::invalid(
                "schema.keyfield",
                &config.schema_keyfield,
                "the schema has no such field",
            )]
        }
        Ok(_) => Vec::new(),
        Err(error) => vec![ConfigError::other(setting, error.to_string())],
    }
}

/// A source task.
pub struct Datagen {
    config: DatagenConfig,
    context: SourceContext,
    generator: Generator,
    key: Option<String>,
    partition: OffsetMap,
}

#[async_trait]
impl Source for Datagen {
    type Config = DatagenConfig;

    async fn task_configs(given: ConfigMap, max_tasks: usize) -> Result<Vec<ConfigMap>> {
        let config = |task: usize| {
            let mut config = given.clone();
            config.insert("task.id".to_owned(), task.to_string());
            config
        };
        Ok((0..max_tasks).map(config).collect())
    }

    async fn start(config: DatagenConfig, context: SourceContext) -> Result<Self> {
        let quickstart = find(&config.quickstart);
        let text = match quickstart {
            Some(quickstart) => quickstart.schema.to_owned(),
            None if !config.schema_string.is_empty() => config.schema_string.clone(),
            None => std::fs::read_to_string(&config.schema_filename)
                .fatal(&format!("cannot read {}", config.schema_filename))?,
        };
        let key = match config.schema_keyfield.as_str() {
            "" => quickstart.map(|quickstart| quickstart.key.to_owned()),
            key => Some(key.to_owned()),
        };
        let partition = offset_map([("task.id", config.task_id)]);
        let offset = context.offset(partition.clone()).await?;
        let saved = |name: &str| offset.as_ref().and_then(|offset| offset.get(name)?.as_i64());
        let made = saved("current.iteration")
            .and_then(|made| u64::try_from(made).ok())
            .unwrap_or_default();
        let seed = saved("random.seed")
            .or(config.random_seed)
            .unwrap_or_else(|| context.now_ms());
        // Tasks with the same seed must not make the same data.
        let own = if saved("random.seed").is_some() {
            0
        } else {
            i64::from(config.task_id)
        };
        let generator = Generator::new(parse(&text)?, made, Random(seed.wrapping_add(own) as u64));
        Ok(Self {
            config,
            context,
            generator,
            key,
            partition,
        })
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        let left = match u64::try_from(self.config.iterations) {
            Ok(iterations) => iterations.saturating_sub(self.generator.made),
            Err(_) => u64::MAX,
        };
        if left == 0 {
            self.context.sleep(IDLE).await;
            return Ok(Vec::new());
        }
        let mut count = BATCH.min(left);
        if self.config.max_interval > 0 {
            count = 1;
            let pause = self.generator.random.range(0, self.config.max_interval);
            self.context
                .sleep(Duration::from_millis(u64::try_from(pause).unwrap_or_default()))
                .await;
        }
        (0..count).map(|_| self.next()).collect()
    }
}

impl Datagen {
    fn next(&mut self) -> Result<SourceRecord> {
        let value = self.generator.generate()?;
        let schema = self.generator.schema().clone();
        let key = self.key.as_ref().and_then(|name| {
            Some(SchemaAndValue::new(
                schema.field(name)?.schema.clone(),
                value.as_struct()?.get(name).cloned(),
            ))
        });
        let offset = [
            ("task.generation", 0.into()),
            ("current.iteration", serde_json::Value::from(self.generator.made)),
            ("random.seed", (self.generator.random.0 as i64).into()),
        ];
        let record = SourceRecord::new(
            self.config.topic.clone(),
            SchemaAndValue {
                schema: Some(schema),
                value,
            },
        );
        let record = record
            .at(self.partition.clone(), offset_map(offset))
            .timestamp(self.context.now_ms());
        Ok(record.key(key.unwrap_or_default()))
    }
}
