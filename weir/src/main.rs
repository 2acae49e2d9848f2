//! The `weir` binary.

use std::collections::BTreeMap;
use std::path::Path;

fn main() {
    let rt = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).with_writer(std::io::stderr).init();
    rt.block_on(async {
        let dir = std::env::args().nth(1).unwrap();
        let port = std::env::args().nth(2).unwrap();
        let map = BTreeMap::from([("listeners".to_owned(), format!("PLAINTEXT://127.0.0.1:{port}")), ("group.initial.rebalance.delay.ms".into(), "0".into())]);
        let config = weir_broker::BrokerConfig::from_map(&map, Path::new(&dir)).unwrap();
        let broker = weir_broker::Broker::start(weir_runtime::real(), config).await.unwrap();
        eprintln!("{broker:?}");
        tokio::signal::ctrl_c().await.unwrap();
        broker.stop().await.unwrap();
    });
}
