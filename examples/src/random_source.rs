//! A source in thirty lines: a random number each tick, going on where it stopped.
use weir_connect_sdk::prelude::*;

#[derive(ConnectorConfig)]
pub struct RandomConfig {
    /// The topic to write to.
    topic: String,
    /// Time between two numbers.
    #[config(default = 1000, at_least = 1)]
    interval_ms: Duration,
}

pub struct Random(RandomConfig, SourceContext, u64);
register!(plugin!(source Random, "random-source", "dev.weir.examples.RandomSource"));

#[async_trait]
impl Source for Random {
    type Config = RandomConfig;

    async fn start(config: RandomConfig, context: SourceContext) -> Result<Self> {
        let last = context.offset(OffsetMap::new()).await?;
        let state = last.and_then(|offset| offset.get("state")?.as_u64());
        Ok(Self(config, context, state.unwrap_or(42)))
    }
    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        self.1.sleep(self.0.interval_ms).await;
        self.2 = self
            .2
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let offset = offset_map([("state", self.2)]);
        Ok(vec![
            SourceRecord::new(self.0.topic.as_str(), self.2 as i64).at(OffsetMap::new(), offset),
        ])
    }
}
