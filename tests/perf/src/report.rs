//! What was measured: a table for people, JSON for programs. Medians, and the ratio's spread over the rounds.

use crate::load::Done;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a row is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Server CPU seconds for 10⁹ bytes of keys and values.
    CpuPerGb,
    /// Server CPU microseconds for a request.
    CpuPerRequest,
    Millis,
    Mebibytes,
}

/// One leg.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub cpu: f64,
    pub done: Done,
}

impl Unit {
    pub fn of(self, sample: &Sample) -> f64 {
        match self {
            Self::CpuPerGb => sample.cpu / (sample.done.payload as f64 / 1e9),
            Self::CpuPerRequest => sample.cpu * 1e6 / sample.done.requests as f64,
            Self::Millis | Self::Mebibytes => sample.cpu,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::CpuPerGb => "CPU-s/GB",
            Self::CpuPerRequest => "µs CPU/request",
            Self::Millis => "ms",
            Self::Mebibytes => "MiB",
        }
    }

    pub fn text(self, value: f64) -> String {
        let digits = match self {
            Self::CpuPerGb => 2,
            _ => 1,
        };
        format!("{value:.digits$} {}", self.name())
    }
}

struct Row {
    name: &'static str,
    what: &'static str,
    unit: Unit,
    goal: Option<f64>,
    /// Values by server, in the order of the rounds.
    values: BTreeMap<&'static str, Vec<f64>>,
    /// Payload megabytes (10⁶) or requests by the second.
    rates: BTreeMap<&'static str, Vec<f64>>,
}

/// All rows.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.get(middle.wrapping_sub(1))) {
        (Some(upper), Some(lower)) if sorted.len().is_multiple_of(2) => f64::midpoint(*upper, *lower),
        (Some(value), _) => *value,
        _ => f64::NAN,
    }
}

/// Weir against Kafka round by round: median, least, most.
fn ratios(weir: &[f64], kafka: &[f64]) -> Option<(f64, f64, f64)> {
    let each: Vec<f64> = weir.iter().zip(kafka).map(|(w, k)| w / k).collect();
    let least = each.iter().copied().reduce(f64::min)?;
    let most = each.iter().copied().reduce(f64::max)?;
    Some((median(&each), least, most))
}

impl Report {
    pub fn row(&mut self, name: &'static str, what: &'static str, unit: Unit, goal: Option<f64>) {
        self.rows.push(Row {
            name,
            what,
            unit,
            goal,
            values: BTreeMap::new(),
            rates: BTreeMap::new(),
        });
    }

    pub fn sample(&mut self, row: &str, server: &'static str, sample: Sample) {
        let Some(row) = self.rows.iter_mut().find(|r| r.name == row) else {
            return;
        };
        row.values.entry(server).or_default().push(row.unit.of(&sample));
        let seconds = sample.done.wall.as_secs_f64();
        let rate = match row.unit {
            Unit::CpuPerGb => sample.done.payload as f64 / 1e6 / seconds,
            _ => sample.done.requests as f64 / seconds,
        };
        row.rates.entry(server).or_default().push(rate);
    }

    /// A value that is no load: milliseconds or MiB.
    pub fn value(&mut self, row: &str, server: &'static str, value: f64) {
        if let Some(row) = self.rows.iter_mut().find(|r| r.name == row) {
            row.values.entry(server).or_default().push(value);
        }
    }

    pub fn table(&self) -> String {
        let mut text = String::from("\n");
        for row in &self.rows {
            let _ = writeln!(text, "{}: {}", row.name, row.what);
            for (server, values) in &row.values {
                let _ = write!(text, "  {server:6} {:>22}", row.unit.text(median(values)));
                if let Some(rates) = row.rates.get(server) {
                    let unit = if row.unit == Unit::CpuPerGb {
                        "MB/s"
                    } else {
                        "requests/s"
                    };
                    let _ = write!(text, "  {:>10.0} {unit}", median(rates));
                }
                text.push('\n');
            }
            if let Some((middle, least, most)) = row.ratio() {
                let _ = write!(text, "  weir / kafka: {middle:.3} ({least:.3} to {most:.3})");
                if let Some(goal) = row.goal {
                    let verdict = if middle <= goal { "reached" } else { "missed" };
                    let _ = write!(text, ", goal {goal}: {verdict}");
                }
                text.push('\n');
            } else if let (Some(goal), Unit::Millis | Unit::Mebibytes) = (row.goal, row.unit) {
                let weir = row.values.get("weir").map_or(f64::NAN, |values| median(values));
                let verdict = if weir <= goal { "reached" } else { "missed" };
                let _ = writeln!(text, "  goal {}: {verdict}", row.unit.text(goal));
            }
        }
        text
    }

    pub fn json(&self) -> String {
        let rows: Vec<serde_json::Value> = self
            .rows
            .iter()
            .map(|row| {
                serde_json::json!({
                    "row": row.name, "what": row.what, "unit": row.unit.name(), "goal": row.goal,
                    "values": row.values, "per_second": row.rates,
                    "ratio": row.ratio().map(|(median, min, max)| serde_json::json!({"median": median, "min": min, "max": max})),
                })
            })
            .collect();
        format!("{:#}\n", serde_json::Value::Array(rows))
    }
}

impl Row {
    fn ratio(&self) -> Option<(f64, f64, f64)> {
        let loaded = matches!(self.unit, Unit::CpuPerGb | Unit::CpuPerRequest);
        ratios(self.values.get("weir")?, self.values.get("kafka")?).filter(|_| loaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn sample(cpu: f64) -> Sample {
        let done = Done {
            records: 1,
            requests: 1_000,
            payload: 500_000_000,
            wall: Duration::from_secs(2),
        };
        Sample { cpu, done }
    }

    #[test]
    fn medians_ratios_and_verdicts() {
        let mut report = Report::default();
        report.row("row", "work", Unit::CpuPerGb, Some(0.2));
        for (weir, kafka) in [(0.1, 1.0), (0.3, 1.0), (0.2, 0.5)] {
            report.sample("row", "weir", sample(weir));
            report.sample("row", "kafka", sample(kafka));
        }
        let table = report.table();
        assert!(
            table.contains("weir / kafka: 0.300 (0.100 to 0.400), goal 0.2: missed"),
            "{table}"
        );
        assert!(table.contains("0.40 CPU-s/GB         250 MB/s"), "{table}");
        assert!((median(&[4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-9);
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap_or_default();
        assert_eq!(
            json.pointer("/0/ratio/max").and_then(serde_json::Value::as_f64),
            Some(0.4)
        );
    }
}
