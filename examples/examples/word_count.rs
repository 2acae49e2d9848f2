//! Word count: `word_count bootstrap.servers=127.0.0.1:9092 application.id=words` counts the words of the topic `lines`.
use weir_streams::{Streams, StreamsBuilder, StreamsConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = StreamsBuilder::new();
    builder
        .stream::<String, String>("lines")
        .flat_map_values(|line| line.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>())
        .group_by(|_, word| word.clone())
        .count("counts")
        .to_stream()
        .to("word-counts");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let settings = StreamsConfig::from_map(arguments.iter().filter_map(|a| a.split_once('=')))?;
    Ok(Streams::run(settings, builder.build()?).await?)
}
