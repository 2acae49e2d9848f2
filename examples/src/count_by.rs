//! Counting the rows of any file by one of its columns: what `weir demo --file my.csv --count-by COLUMN` runs.

use weir_streams::{SerdeRef, StreamsBuilder, Topology, TopologyError};

/// Counts the records of `input` by what `column` makes of a value; `output` gets every change of a count.
pub fn topology<V: Clone + Send + 'static>(
    input: &str,
    output: &str,
    value: SerdeRef<V>,
    column: impl Fn(&V) -> String + Send + Sync + 'static,
) -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    builder
        .stream_with(input, weir_streams::serdes::string(), value.clone())
        .map(move |_, row| (column(row), String::new()))
        .with_serdes(weir_streams::serdes::string(), weir_streams::serdes::string())
        .group_by_key()
        .count("counts")
        .to_stream()
        .to(output);
    builder.build()
}
