//! The example plugins pass the contract suite, do what they say, and stay short.

#![expect(clippy::unwrap_used, reason = "helpers of a test file")]

use weir_connect_sdk::prelude::*;
use weir_connect_sdk::testing::{TestServices, block_on};
use weir_connect_sdk::{HttpResponse, registered};
use weir_examples::{random_source::Random, webhook_sink::Webhook};

mod random_source {
    use super::*;
    weir_connect_sdk::contract_tests!(source Random, {"topic" => "numbers", "interval.ms" => "1"});
}

mod webhook_sink {
    use super::*;
    weir_connect_sdk::contract_tests!(sink Webhook, {"url" => "http://example.test/hook"}, |services: &TestServices| {
        let id = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).ok()?.get("id")?.as_i64();
        services.requests().iter().filter_map(|request| id(&request.body)).collect()
    });
}

fn webhook(services: &TestServices) -> Webhook {
    let given: ConfigMap = [
        ("url".to_owned(), "http://h/".to_owned()),
        ("token".to_owned(), "t0k3n".to_owned()),
    ]
    .into();
    let config = <Webhook as Sink>::Config::parse(&given).unwrap();
    block_on(Webhook::start(config, services.sink_context())).unwrap()
}

fn answer(status: u16) -> Result<HttpResponse> {
    Ok(HttpResponse {
        status,
        headers: vec![],
        body: b"no".to_vec(),
    })
}

#[test]
fn random_numbers_differ_and_are_registered() {
    assert!(registered().any(|plugin| plugin.answers_to("dev.weir.examples.RandomSource")));
    let given = [("topic".to_owned(), "t".to_owned())].into();
    let config = <Random as Source>::Config::parse(&given).unwrap();
    let services = TestServices::new();
    let mut random = block_on(Random::start(config, services.source_context())).unwrap();
    let (first, second) = (block_on(random.poll()).unwrap(), block_on(random.poll()).unwrap());
    assert_ne!(first[0].value, second[0].value);
    assert_eq!(services.source_context().now_ms(), 2000, "one tick each");
}

#[test]
fn a_busy_receiver_gets_the_batch_again() {
    let services = TestServices::new();
    services.respond_with(|_| answer(503));
    let error = block_on(webhook(&services).put(&[SinkRecord::new("t", 0, 7, 1i64)])).unwrap_err();
    assert!(error.is_retriable(), "{error}");
    let request = &services.requests()[0];
    assert!(request.headers.contains(&("idempotency-key".into(), "t-0-7".into())));
    assert!(
        request
            .headers
            .contains(&("authorization".into(), "Bearer t0k3n".into()))
    );
}

#[test]
fn a_refused_record_is_reported_and_the_rest_goes_on() {
    let services = TestServices::new();
    services.tolerate_errors(true);
    services.respond_with(|request| answer(if request.body == b"1" { 422 } else { 200 }));
    let records = [SinkRecord::new("t", 0, 0, 1i64), SinkRecord::new("t", 0, 1, 2i64)];
    block_on(webhook(&services).put(&records)).unwrap();
    assert_eq!(
        services
            .errant()
            .iter()
            .map(|(record, _)| record.offset)
            .collect::<Vec<_>>(),
        [0]
    );
    assert_eq!(services.counter("webhooks-sent"), 1);
}

#[test]
fn they_stay_short() {
    let code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    let lines = |text: &str| text.lines().filter(code).count();
    assert!(lines(include_str!("../src/random_source.rs")) <= 30);
    assert!(lines(include_str!("../src/webhook_sink.rs")) <= 60);
}
