//! A sink in sixty lines: POSTs each record as JSON; what the receiver refuses is reported, what fails is tried again.
use weir_connect_sdk::prelude::*;

#[derive(ConnectorConfig)]
pub struct WebhookConfig {
    /// Where to POST to.
    #[config(high, matches = "https?://.+")]
    url: String,
    /// Token for the Authorization header.
    token: Option<Password>,
}

pub struct Webhook {
    config: WebhookConfig,
    context: SinkContext,
}
register!(plugin!(sink Webhook, "webhook-sink", "dev.weir.examples.WebhookSink"));

#[async_trait]
impl Sink for Webhook {
    type Config = WebhookConfig;

    async fn start(config: WebhookConfig, context: SinkContext) -> Result<Self> {
        Ok(Self { config, context })
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        for record in records.iter().filter(|record| !record.is_tombstone()) {
            let body = record.value.value.to_json().to_string();
            let mut request = HttpRequest::post(self.config.url.clone(), "application/json", body);
            if let Some(token) = &self.config.token {
                request = request.header("authorization", &format!("Bearer {}", token.reveal()));
            }
            // A receiver can tell a repeated delivery by its coordinates.
            let id = format!("{}-{}-{}", record.topic, record.partition, record.offset);
            match self.context.http(request.header("idempotency-key", &id)).await?.ok() {
                Ok(_) => self.context.metrics.count("webhooks-sent", 1),
                Err(error) if error.is_retriable() => return Err(error),
                Err(refused) => self.context.report(record, refused).await?,
            }
        }
        Ok(())
    }
}
