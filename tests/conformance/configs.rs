//! Settings: described, changed one by one, replaced; of topics, of the broker, of nothing known.

use crate::admin::create;
use crate::pair::{Pair, unique};
use weir_messages::describe_configs_request::DescribeConfigsResource;
use weir_messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use weir_messages::*;

fn resource(resource_type: i8, name: &str, keys: Option<&[&str]>) -> DescribeConfigsResource {
    DescribeConfigsResource {
        resource_type,
        resource_name: Str::from(name),
        configuration_keys: keys.map(|k| k.iter().map(|s| Str::from(*s)).collect()),
        ..Default::default()
    }
}

#[test]
fn configs() {
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("cfg");
    create(
        &mut pair,
        &name,
        1,
        &[("retention.ms", "5000"), ("compression.type", "zstd")],
    );
    let scrub = |r: &mut DescribeConfigsResponse| {
        for result in &mut r.results {
            result.configs.sort_by(|a, b| a.name.cmp(&b.name));
            // A Kafka with eligible leader replicas (KIP-966) keeps this one as a dynamic default.
            result.configs.retain(|c| c.name.as_str() != "min.insync.replicas");
            for c in &mut result.configs {
                // Their words are theirs, ours are ours.
                c.documentation = None;
            }
        }
    };
    for version in 1..=4 {
        for include_synonyms in [false, true] {
            let request = DescribeConfigsRequest {
                resources: vec![resource(2, &name, None)],
                include_synonyms,
                ..Default::default()
            };
            pair.same(version, &request, scrub);
        }
        for r in [
            resource(2, "missing-topic", None),
            resource(2, "in valid", None),
            resource(2, &name, Some(&["retention.ms", "nope"])),
            resource(4, "99", None),
        ] {
            pair.same(
                version,
                &DescribeConfigsRequest {
                    resources: vec![r],
                    ..Default::default()
                },
                scrub,
            );
        }
    }
    let alter = |name: &str, ops: &[(&str, i8, Option<&str>)], validate_only| IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: 2,
            resource_name: Str::from(name),
            configs: ops
                .iter()
                .map(|(k, op, v)| AlterableConfig {
                    name: Str::from(*k),
                    config_operation: *op,
                    value: v.map(Str::from),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }],
        validate_only,
        ..Default::default()
    };
    let cases: Vec<IncrementalAlterConfigsRequest> = vec![
        alter(&name, &[("retention.ms", 0, Some("7000"))], true),
        alter(&name, &[("retention.ms", 0, Some("7000"))], false),
        alter(&name, &[("cleanup.policy", 2, Some("compact"))], false),
        alter(&name, &[("cleanup.policy", 3, Some("delete"))], false),
        alter(&name, &[("retention.ms", 2, Some("1"))], false),
        alter(&name, &[("retention.ms", 0, Some("x"))], false),
        alter(&name, &[("retention.ms", 0, None)], false),
        alter(&name, &[("nope", 0, Some("x"))], false),
        alter(
            &name,
            &[("retention.ms", 0, Some("1")), ("retention.ms", 0, Some("2"))],
            false,
        ),
        alter(&name, &[("retention.ms", 1, None)], false),
        alter("missing-topic", &[("retention.ms", 0, Some("1"))], false),
        alter("missing-topic", &[("retention.ms", 0, None)], false),
        alter(
            "missing-topic",
            &[("retention.ms", 0, Some("1")), ("retention.ms", 0, Some("2"))],
            false,
        ),
        alter("in valid", &[("retention.ms", 0, None)], false),
        alter(&name, &[("segment.ms", 0, None), ("retention.ms", 0, None)], false),
        alter(&name, &[("segment.ms", 1, None), ("retention.ms", 0, Some("1"))], false),
    ];
    for request in cases {
        pair.same(1, &request, |_| {});
        let describe = DescribeConfigsRequest {
            resources: vec![resource(2, &name, Some(&["retention.ms", "cleanup.policy"]))],
            ..Default::default()
        };
        pair.same(4, &describe, scrub);
    }
}

#[test]
fn settings_of_brokers_and_of_nothing_known() {
    let Some(mut pair) = Pair::new() else { return };
    for (resource_type, name) in [(4, "1"), (4, "2"), (4, "x"), (4, ""), (77, "1")] {
        for setting in [None, Some("process.roles")] {
            let config = |name: &str| AlterableConfig {
                name: Str::from(name),
                value: Some("x".into()),
                ..Default::default()
            };
            let request = IncrementalAlterConfigsRequest {
                resources: vec![AlterConfigsResource {
                    resource_type,
                    resource_name: Str::from(name),
                    configs: setting.into_iter().map(config).collect(),
                    ..Default::default()
                }],
                ..Default::default()
            };
            pair.same(1, &request, |_| {});
        }
    }
}

#[test]
fn replaced_settings() {
    use weir_messages::alter_configs_request::{AlterConfigsResource, AlterableConfig};
    let Some(mut pair) = Pair::new() else { return };
    let name = unique("replaced");
    create(&mut pair, &name, 1, &[("retention.ms", "5000"), ("segment.ms", "6000")]);
    type Settings<'a> = &'a [(&'a str, Option<&'a str>)];
    let one = |resource_type, name: &str, settings: Settings<'_>| AlterConfigsResource {
        resource_type,
        resource_name: Str::from(name),
        configs: settings
            .iter()
            .map(|(k, v)| AlterableConfig {
                name: Str::from(*k),
                value: v.map(Str::from),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    let replace = |resources, validate_only| AlterConfigsRequest {
        resources,
        validate_only,
        ..Default::default()
    };
    let of = |settings| vec![one(2, &name, settings)];
    let cases = [
        replace(of(&[("retention.ms", Some("7000"))]), true),
        replace(of(&[("retention.ms", Some("7000"))]), false),
        replace(
            of(&[("cleanup.policy", Some("compact")), ("segment.ms", Some("6001"))]),
            false,
        ),
        replace(of(&[("cleanup.policy", Some("nothing"))]), false),
        replace(of(&[("retention.ms", Some("x"))]), false),
        replace(of(&[("retention.ms", None)]), false),
        replace(of(&[("nope", Some("x"))]), false),
        replace(of(&[("retention.ms", Some("1")), ("retention.ms", Some("2"))]), false),
        replace(vec![one(2, "missing-topic", &[("retention.ms", Some("1"))])], false),
        replace(vec![one(2, "", &[("retention.ms", Some("1"))])], false),
        replace(vec![one(2, "no/name", &[("retention.ms", Some("1"))])], false),
        replace(vec![one(4, "1", &[("process.roles", Some("x"))])], false),
        replace(vec![one(77, "1", &[("retention.ms", Some("1"))])], false),
        replace(
            vec![
                one(2, "missing-topic", &[]),
                one(2, &name, &[("retention.ms", Some("9"))]),
            ],
            false,
        ),
        replace(of(&[]), false),
        replace(Vec::new(), false),
        // Two faults at once: which is told?
        replace(of(&[("segment.ms", None), ("retention.ms", None)]), false),
        replace(of(&[("nope", None), ("retention.ms", Some("x"))]), false),
        replace(vec![one(2, "missing-topic", &[("retention.ms", None)])], false),
        replace(
            vec![one(
                2,
                "missing-topic",
                &[("retention.ms", Some("1")), ("retention.ms", Some("2"))],
            )],
            false,
        ),
        replace(vec![one(77, "1", &[("retention.ms", None)])], false),
        replace(vec![one(8, "1", &[("retention.ms", Some("1"))])], false),
        replace(vec![one(4, "1", &[])], false),
        replace(vec![one(4, "2", &[("process.roles", Some("x"))])], false),
        replace(vec![one(4, "x", &[("process.roles", Some("x"))])], false),
        replace(vec![one(4, "x", &[])], false),
    ];
    // One that is named twice is not answered by Kafka at all.
    let twice = vec![one(2, &name, &[]), one(2, &name, &[("retention.ms", Some("1"))])];
    let refused = pair.weir.ask(2, &replace(twice, false));
    assert_eq!(refused.responses.len(), 2);
    assert!(refused.responses.iter().all(|r| r.error_code == 42));
    for version in 0..=2 {
        for request in &cases {
            pair.same(version, request, |r| {
                r.responses.sort_by(|a, b| a.resource_name.cmp(&b.resource_name))
            });
            let describe = DescribeConfigsRequest {
                resources: vec![resource(
                    2,
                    &name,
                    Some(&["retention.ms", "cleanup.policy", "segment.ms"]),
                )],
                ..Default::default()
            };
            pair.same(4, &describe, |_| {});
        }
    }
}
