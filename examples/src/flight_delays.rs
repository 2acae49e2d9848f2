//! The demo's topology: flights meet their airports, and delays add up by origin and day.

use serde::{Deserialize, Serialize};
use weir_streams::{SerdeRef, StreamsBuilder, Topology, TopologyError, serdes};

/// A row of `flights.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Flight {
    /// `2001/01/01 06:55`.
    pub date: String,
    /// Minutes; early ones are negative.
    pub delay: i64,
    /// IATA code.
    pub origin: String,
}

/// A row of `airports.csv`: all of it, because a table keeps what it read.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Airport {
    /// Code.
    pub iata: String,
    /// Name.
    pub name: String,
    /// As in "Los Angeles".
    pub city: String,
    /// As in "CA".
    pub state: String,
    /// Country.
    pub country: String,
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
}

/// What comes out: one row an origin and day.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub struct Delay {
    /// IATA code.
    pub origin: String,
    /// Of the origin.
    pub city: String,
    /// Of the origin.
    pub state: String,
    /// `2001/01/01`.
    pub day: String,
    /// Flights that left.
    pub flights: i64,
    /// Sum of their delays, in minutes.
    pub delay_minutes: i64,
    /// Minutes.
    pub average_delay: f64,
}

/// Schema of [`Delay`] in its topic.
pub const DELAY_SCHEMA: &str = r#"{"type": "record", "name": "Delay", "namespace": "demo", "fields": [
  {"name": "origin", "type": "string"}, {"name": "city", "type": "string"}, {"name": "state", "type": "string"},
  {"name": "day", "type": "string"}, {"name": "flights", "type": "long"}, {"name": "delay_minutes", "type": "long"},
  {"name": "average_delay", "type": "double"}]}"#;

/// `demo.flights` joined with the table `demo.airports`, summed up by origin and day, to `demo.delays`.
pub fn topology(
    flights: SerdeRef<Flight>,
    airports: SerdeRef<Airport>,
    delays: SerdeRef<Delay>,
) -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    let airports = builder.table_with("demo.airports", serdes::string(), airports);
    builder
        .stream_with("demo.flights", serdes::string(), flights)
        .map(|_, f| (f.origin.clone(), leg(f)))
        .with_serdes(serdes::string(), serdes::json())
        .join(&airports, |leg: &Delay, airport: &Airport| Delay {
            city: airport.city.clone(),
            state: airport.state.clone(),
            ..leg.clone()
        })
        .group_by_with(
            |_, d| format!("{} {}", d.origin, d.day),
            serdes::string(),
            serdes::json(),
        )
        .aggregate_with(Delay::default, |_, leg, sum| add(sum, leg), "delays", serdes::json())
        .to_stream()
        .to_with("demo.delays", serdes::string(), delays);
    builder.build()
}

/// One flight as a sum of one.
fn leg(f: &Flight) -> Delay {
    let day = f.date.get(..10).unwrap_or(&f.date).to_owned();
    Delay {
        origin: f.origin.clone(),
        day,
        flights: 1,
        delay_minutes: f.delay,
        ..Delay::default()
    }
}

fn add(sum: Delay, leg: &Delay) -> Delay {
    let (flights, delay_minutes) = (sum.flights + leg.flights, sum.delay_minutes + leg.delay_minutes);
    Delay {
        flights,
        delay_minutes,
        average_delay: delay_minutes as f64 / flights as f64,
        ..leg.clone()
    }
}
