//! The source passes the contract suite, is reproducible, and every quickstart works.

use weir_connect_sdk::prelude::*;
use weir_connect_sdk::testing::{TestServices, block_on};
use weir_plugin_datagen::quickstart::QUICKSTARTS;
use weir_plugin_datagen::source::Datagen;

mod contract_suite {
    use super::*;
    weir_connect_sdk::contract_tests!(source Datagen, {"kafka.topic" => "t", "quickstart" => "orders", "max.interval" => "10", "random.seed" => "1"});
}

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn start(services: &TestServices, more: &[(&str, &str)]) -> Result<Datagen> {
    let base = [("kafka.topic", "t"), ("max.interval", "0"), ("random.seed", "5")];
    let given = config(&[&base[..], more].concat());
    block_on(Datagen::start(
        <Datagen as Source>::Config::parse(&given)?,
        services.source_context(),
    ))
}

#[test]
fn every_quickstart() {
    for quickstart in QUICKSTARTS {
        let mut source = start(
            &TestServices::new(),
            &[("quickstart", quickstart.name), ("iterations", "20")],
        )
        .unwrap();
        let records = block_on(source.poll()).unwrap();
        assert_eq!(records.len(), 20, "{}", quickstart.name);
        for record in &records {
            assert!(
                !record.key.value.is_null(),
                "{}: the key {}",
                quickstart.name,
                quickstart.key
            );
        }
        assert!(block_on(source.poll()).unwrap().is_empty(), "iterations are kept");
    }
}

#[test]
fn the_same_data_with_and_without_a_restart() {
    let values = |records: Vec<SourceRecord>| records.into_iter().map(|record| record.value.value).collect::<Vec<_>>();
    let more = [("quickstart", "users"), ("iterations", "1000")];
    let services = TestServices::new();
    let mut source = start(&services, &more).unwrap();
    let (first, second) = (block_on(source.poll()).unwrap(), block_on(source.poll()).unwrap());
    services.commit(&first);
    let again = block_on(start(&services, &more).unwrap().poll()).unwrap();
    assert_eq!(values(again), values(second));
}

#[test]
fn settings_are_checked() {
    let error = |more: &[(&str, &str)]| start(&TestServices::new(), more).err().unwrap().to_string();
    assert!(error(&[]).contains("exactly one of"));
    assert!(error(&[("quickstart", "nope")]).contains("there is no such quickstart"));
    assert!(error(&[("schema.string", "{")]).contains("is not JSON"));
    assert!(error(&[("quickstart", "users"), ("schema.keyfield", "x")]).contains("no such field"));
    assert!(error(&[("schema.filename", "/nonexistent")]).contains("cannot read /nonexistent"));
}

#[test]
fn tasks_differ() {
    let tasks = block_on(Datagen::task_configs(config(&[("random.seed", "1")]), 2)).unwrap();
    assert_eq!(
        tasks.iter().map(|task| task["task.id"].as_str()).collect::<Vec<_>>(),
        ["0", "1"]
    );
}
