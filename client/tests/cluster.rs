//! The client against a real cluster: Apache Kafka 4.3.1, or whatever listens at `WEIR_BOOTSTRAP`.

use weir_client::config::ProducerConfig;
use weir_client::producer::{Producer, ProducerRecord};

#[tokio::test(flavor = "multi_thread")]
async fn produce_one() {
    let Some(bootstrap) = weir_tests::peers::bootstrap() else {
        return;
    };
    let producer = Producer::new(weir_runtime::real(), ProducerConfig::new(&bootstrap).unwrap());
    let metadata = producer.send(ProducerRecord::keyed("t1", "k", "v")).await.unwrap();
    assert_eq!(metadata.offset, 0);
    producer.close().await;
}
