//! Converters and transforms of one task: source records to bytes, bytes to sink records.

use weir_connect_sdk::{ConfigMap, ConnectError, Header, SchemaAndValue, SinkRecord, SourceRecord, TimestampType};

use crate::config::connector::aliases;
use crate::config::validate::with_prefix;
use crate::convert::{ConvertError, Converter, HeaderConverter, Lack, converter, header_converter};
use crate::errors::{Failure, Stage};
use crate::kafka::{InRecord, OutRecord};
use crate::predicate::{Predicate, predicate_class};
use crate::record::Record;
use crate::transform::{Transform, transform_class};

struct Step {
    class: &'static str,
    transform: Box<dyn Transform>,
    /// The predicate, and whether the transform applies where it does not.
    condition: Option<(Box<dyn Predicate>, bool)>,
}

struct Named<T: ?Sized> {
    class: String,
    inner: Box<T>,
}

/// See the module.
pub struct Pipeline {
    key: Named<dyn Converter>,
    value: Named<dyn Converter>,
    header: Named<dyn HeaderConverter>,
    steps: Vec<Step>,
}

/// A failure, or something to fetch before the next try.
enum Trouble {
    Failed(Failure),
    Lacks(Part, Lack),
}

#[derive(Clone, Copy)]
enum Part {
    Key,
    Value,
}

/// The class and settings of a converter: the connector's own, else the worker's.
fn converter_settings(worker: &ConfigMap, connector: &ConfigMap, name: &str) -> (String, ConfigMap) {
    let from = if connector.contains_key(name) {
        connector
    } else {
        worker
    };
    (
        from.get(name).cloned().unwrap_or_default(),
        with_prefix(from, &format!("{name}.")),
    )
}

impl Pipeline {
    /// Makes the converters and transforms of a connector; `worker` has the converters to fall back to.
    ///
    /// # Errors
    /// Unknown classes or bad settings.
    pub fn new(worker: &ConfigMap, connector: &ConfigMap) -> Result<Self, ConnectError> {
        let (key_class, key) = converter_settings(worker, connector, "key.converter");
        let (value_class, value) = converter_settings(worker, connector, "value.converter");
        let (header_class, header) = converter_settings(worker, connector, "header.converter");
        let steps = aliases(connector, "transforms")
            .into_iter()
            .map(|alias| step(connector, alias))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            key: Named {
                inner: converter(&key_class, &key, true)?,
                class: key_class,
            },
            value: Named {
                inner: converter(&value_class, &value, false)?,
                class: value_class,
            },
            header: Named {
                inner: header_converter(&header_class, &header)?,
                class: header_class,
            },
            steps,
        })
    }

    /// A source record as it goes to Kafka; `None` if a transform dropped it.
    ///
    /// # Errors
    /// Where and why it failed.
    pub async fn outgoing(&self, record: &SourceRecord) -> Result<Option<OutRecord>, Failure> {
        let Some(record) = self.transform(record.into())? else {
            return Ok(None);
        };
        loop {
            match self.to_bytes(&record) {
                Ok(out) => return Ok(Some(out)),
                Err(Trouble::Failed(failure)) => return Err(failure),
                Err(Trouble::Lacks(part, lack)) => self.fetch(part, &lack).await?,
            }
        }
    }

    /// A record from Kafka as the sink sees it; `None` if a transform dropped it.
    ///
    /// # Errors
    /// Where and why it failed.
    pub async fn incoming(&self, record: &InRecord) -> Result<Option<SinkRecord>, Failure> {
        let original = loop {
            match self.to_data(record) {
                Ok(original) => break original,
                Err(Trouble::Failed(failure)) => return Err(failure),
                Err(Trouble::Lacks(part, lack)) => self.fetch(part, &lack).await?,
            }
        };
        let in_pipeline = Record {
            topic: original.topic.clone(),
            partition: Some(original.partition),
            key: original.key.clone(),
            value: original.value.clone(),
            timestamp: original.timestamp,
            headers: original.headers.clone(),
            offset: Some(original.offset),
        };
        Ok(self
            .transform(in_pipeline)?
            .map(|record| record.into_sink_record(&original)))
    }

    async fn fetch(&self, part: Part, lack: &Lack) -> Result<(), Failure> {
        let (converter, stage) = match part {
            Part::Key => (&self.key, Stage::KeyConverter),
            Part::Value => (&self.value, Stage::ValueConverter),
        };
        converter.inner.fetch(lack).await.map_err(|error| Failure {
            stage,
            class: converter.class.clone(),
            error,
        })
    }

    fn transform(&self, mut record: Record) -> Result<Option<Record>, Failure> {
        for step in &self.steps {
            if step
                .condition
                .as_ref()
                .is_some_and(|(predicate, negate)| predicate.test(&record) == *negate)
            {
                continue;
            }
            let failed = |error| Failure {
                stage: Stage::Transformation,
                class: step.class.to_owned(),
                error,
            };
            match step.transform.apply(record).map_err(failed)? {
                Some(changed) => record = changed,
                None => return Ok(None),
            }
        }
        Ok(Some(record))
    }

    fn to_bytes(&self, record: &Record) -> Result<OutRecord, Trouble> {
        let mut headers = Vec::with_capacity(record.headers.len());
        for header in &record.headers {
            let value = self.header.inner.header_to_bytes(&record.topic, &header.value);
            headers.push((header.name.clone(), value.map_err(|error| self.header_failure(error))?));
        }
        Ok(OutRecord {
            topic: record.topic.clone(),
            partition: record.partition,
            key: self
                .key
                .inner
                .to_bytes(&record.topic, &record.key)
                .map_err(|error| self.trouble(Part::Key, error))?,
            value: self
                .value
                .inner
                .to_bytes(&record.topic, &record.value)
                .map_err(|error| self.trouble(Part::Value, error))?,
            timestamp: record.timestamp,
            headers,
        })
    }

    fn to_data(&self, record: &InRecord) -> Result<SinkRecord, Trouble> {
        let key: SchemaAndValue = self
            .key
            .inner
            .to_data(&record.topic, record.key.as_deref())
            .map_err(|error| self.trouble(Part::Key, error))?;
        let value = self
            .value
            .inner
            .to_data(&record.topic, record.value.as_deref())
            .map_err(|error| self.trouble(Part::Value, error))?;
        let mut headers = Vec::with_capacity(record.headers.len());
        for (name, bytes) in &record.headers {
            let value = self.header.inner.header_to_data(&record.topic, bytes.as_deref());
            headers.push(Header {
                name: name.clone(),
                value: value.map_err(|error| self.header_failure(error))?,
            });
        }
        Ok(SinkRecord {
            topic: record.topic.clone(),
            partition: record.partition,
            offset: record.offset,
            key,
            value,
            timestamp: record.timestamp,
            timestamp_type: match (record.timestamp, record.log_append_time) {
                (None, _) => TimestampType::NoTimestamp,
                (Some(_), true) => TimestampType::LogAppendTime,
                (Some(_), false) => TimestampType::CreateTime,
            },
            headers,
        })
    }

    fn trouble(&self, part: Part, error: ConvertError) -> Trouble {
        let (class, stage) = match part {
            Part::Key => (&self.key.class, Stage::KeyConverter),
            Part::Value => (&self.value.class, Stage::ValueConverter),
        };
        match error {
            ConvertError::Data(error) => Trouble::Failed(Failure {
                stage,
                class: class.clone(),
                error,
            }),
            ConvertError::Lacks(lack) => Trouble::Lacks(part, lack),
        }
    }

    fn header_failure(&self, error: ConnectError) -> Trouble {
        Trouble::Failed(Failure {
            stage: Stage::HeaderConverter,
            class: self.header.class.clone(),
            error,
        })
    }
}

fn step(connector: &ConfigMap, alias: &str) -> Result<Step, ConnectError> {
    let settings = with_prefix(connector, &format!("transforms.{alias}."));
    let class = settings.get("type").map(String::as_str).unwrap_or_default();
    let known =
        transform_class(class).ok_or_else(|| ConnectError::Config(format!("Class {class} could not be found.")))?;
    let condition = match settings.get("predicate") {
        None => None,
        Some(alias) => Some((
            predicate(connector, alias)?,
            settings
                .get("negate")
                .is_some_and(|text| text.eq_ignore_ascii_case("true")),
        )),
    };
    Ok(Step {
        class: known.class,
        transform: known.configure(&settings)?,
        condition,
    })
}

fn predicate(connector: &ConfigMap, alias: &str) -> Result<Box<dyn Predicate>, ConnectError> {
    let settings = with_prefix(connector, &format!("predicates.{alias}."));
    let class = settings.get("type").map(String::as_str).unwrap_or_default();
    let known = predicate_class(class)
        .ok_or_else(|| ConnectError::Config(format!("there is no predicate '{alias}' with a known class")))?;
    known.configure(&settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> ConfigMap {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn worker() -> ConfigMap {
        map(&[
            ("key.converter", "StringConverter"),
            ("value.converter", "JsonConverter"),
            ("value.converter.schemas.enable", "false"),
            ("header.converter", "SimpleHeaderConverter"),
        ])
    }

    fn in_record(value: &str) -> InRecord {
        InRecord {
            topic: "t".into(),
            partition: 1,
            offset: 7,
            timestamp: Some(9),
            log_append_time: false,
            key: Some(b"k".to_vec()),
            value: Some(value.as_bytes().to_vec()),
            headers: vec![("h".into(), Some(b"5".to_vec()))],
        }
    }

    #[tokio::test]
    async fn both_ways_with_transforms_and_predicates() {
        let connector = map(&[
            ("transforms", "add,route"),
            (
                "transforms.add.type",
                "org.apache.kafka.connect.transforms.InsertField$Value",
            ),
            ("transforms.add.topic.field", "from"),
            ("transforms.add.predicate", "mine"),
            (
                "transforms.route.type",
                "org.apache.kafka.connect.transforms.RegexRouter",
            ),
            ("transforms.route.regex", "(.*)"),
            ("transforms.route.replacement", "x-$1"),
            ("transforms.route.predicate", "mine"),
            ("transforms.route.negate", "true"),
            ("predicates", "mine"),
            (
                "predicates.mine.type",
                "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
            ),
            ("predicates.mine.pattern", "t"),
        ]);
        let pipeline = Pipeline::new(&worker(), &connector).unwrap();
        let record = pipeline.incoming(&in_record(r#"{"a":1}"#)).await.unwrap().unwrap();
        assert_eq!(record.topic, "t");
        assert_eq!(record.value.value.map_get("from"), Some(&"t".into()));
        assert_eq!((record.offset, record.headers[0].value.clone()), (7, 5i8.into()));
        let out = pipeline
            .outgoing(&SourceRecord::new("u", 5i64).key("k").header("h", 1.5))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (out.topic.as_str(), out.key.as_deref(), out.value.as_deref()),
            ("x-u", Some(&b"k"[..]), Some(&b"5"[..]))
        );
        assert_eq!(out.headers, [("h".to_owned(), Some(b"1.5".to_vec()))]);
    }

    #[tokio::test]
    async fn failures_name_stage_and_class() {
        let pipeline = Pipeline::new(
            &worker(),
            &map(&[(
                "key.converter",
                "org.apache.kafka.connect.converters.ByteArrayConverter",
            )]),
        )
        .unwrap();
        let failure = pipeline.incoming(&in_record("{")).await.unwrap_err();
        assert_eq!(
            (failure.stage, failure.class.as_str()),
            (Stage::ValueConverter, "JsonConverter")
        );
        let failure = pipeline
            .outgoing(&SourceRecord::new("u", 5i64).key("text"))
            .await
            .unwrap_err();
        assert_eq!(failure.stage, Stage::KeyConverter);
    }
}
