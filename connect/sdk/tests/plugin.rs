//! Registration: a plugin is found by its name, its class, the class' short forms and its aliases, and starts by settings alone.

use weir_connect_sdk::plugin::Start;
use weir_connect_sdk::prelude::*;
use weir_connect_sdk::testing::{TestServices, block_on};

#[derive(ConnectorConfig)]
struct Config {
    /// Topic.
    topic: String,
}

struct One(String);

#[async_trait]
impl Source for One {
    type Config = Config;

    async fn start(config: Config, _context: SourceContext) -> Result<Self> {
        Ok(Self(config.topic))
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        Ok(vec![SourceRecord::new(self.0.clone(), 1i64)])
    }
}

const ONE: Plugin =
    plugin!(source One, "one", "com.example.OneSourceConnector").aliases(&["org.other.UnoSourceConnector"]);
register!(ONE);

#[test]
fn found_by_every_name() {
    let plugin = weir_connect_sdk::registered()
        .find(|plugin| plugin.name == "one")
        .unwrap();
    for name in [
        "one",
        "com.example.OneSourceConnector",
        "OneSourceConnector",
        "OneSource",
        "org.other.UnoSourceConnector",
        "UnoSource",
    ] {
        assert!(plugin.answers_to(name), "{name}");
    }
    for name in ["One", "com.example.OneSource", "Source", ""] {
        assert!(!plugin.answers_to(name), "{name}");
    }
}

#[test]
fn starts_by_settings_alone() {
    let Start::Source(start) = ONE.start else {
        panic!("a source")
    };
    let context = TestServices::new().source_context();
    let error = block_on(start(ConfigMap::new(), context.clone())).err().unwrap();
    assert_eq!(
        error.to_string(),
        "Missing required configuration \"topic\" which has no default value."
    );
    let mut source = block_on(start([("topic".to_owned(), "t".to_owned())].into(), context)).unwrap();
    assert_eq!(block_on(source.poll()).unwrap().len(), 1);
}
