//! The Avro model against Java Avro itself: thousands of seeded random schema pairs, half of them slightly broken, must be
//! accepted or refused alike, printed to the same canonical text and compared with the same list of incompatibilities.
//!
//! Needs a JDK and Maven (which fetches Avro 1.12.0 into `${WEIR_CACHE:-~/.cache/weir}`). Without them the test is skipped,
//! unless `CI` is set.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use weir_schema_registry::avro::{Strictness, canonical, compat, parse};

const PAIRS: u64 = 6_000;

#[test]
fn same_as_java() {
    let Some(jars) = jars() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "Java, Maven or the Avro jars are missing"
        );
        eprintln!("SKIPPED: avro_oracle::same_as_java: Java, Maven or the Avro jars are missing");
        return;
    };
    let requests: Vec<Value> = (0..PAIRS).map(|seed| Generator::new(seed).request()).collect();
    let answers = ask_java(&jars, &requests);
    assert_eq!(answers.len(), requests.len());
    let (mut accepted, mut incompatible) = (0, 0);
    for (seed, (request, answer)) in requests.iter().zip(&answers).enumerate() {
        let refs: Vec<&str> = request["refs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap())
            .collect();
        for side in ["reader", "writer"] {
            let text = request[side].as_str().unwrap();
            for (i, strictness) in [Strictness::New, Strictness::Stored].into_iter().enumerate() {
                let ours = parse(text, &refs, strictness);
                let java = answer[side][i].as_str();
                assert_eq!(
                    ours.as_ref().ok().map(canonical).as_deref(),
                    java,
                    "seed {seed}, {side}, {strictness:?}, ours says {:?}\nrefs {refs:?}\nschema {text}",
                    ours.as_ref().err().map(ToString::to_string)
                );
                if let Ok(schema) = ours {
                    let again = parse(&canonical(&schema), &refs, Strictness::Stored);
                    assert_eq!(
                        again.ok().map(|schema| canonical(&schema)).as_deref(),
                        java,
                        "seed {seed}: not a fixpoint"
                    );
                }
            }
        }
        if answer["found"].is_null() {
            continue;
        }
        accepted += 1;
        let schema = |side: &str| parse(request[side].as_str().unwrap(), &refs, Strictness::New).unwrap();
        let ours = match compat::check(&schema("reader"), &schema("writer")) {
            Ok(found) => found
                .iter()
                .map(|i| json!([i.kind.name(), i.message, i.location]))
                .collect(),
            Err(_) => vec![json!("error")],
        };
        incompatible += usize::from(!ours.is_empty());
        assert_eq!(Value::Array(ours), answer["found"], "seed {seed}\nrequest {request}");
    }
    // The set must hold enough of each kind to mean something.
    assert!(accepted > requests.len() / 3, "{accepted} accepted");
    assert!(
        incompatible > accepted / 4 && incompatible < accepted,
        "{incompatible} of {accepted} incompatible"
    );
}

fn jars() -> Option<PathBuf> {
    let cache = match std::env::var_os("WEIR_CACHE") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".cache/weir"),
    };
    let jars = cache.join("jars/avro-oracle");
    let has_jar = |prefix: &str| {
        let mut entries = std::fs::read_dir(&jars).into_iter().flatten().flatten();
        entries.any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
    };
    if !has_jar("avro-1.12.0") || !has_jar("slf4j-nop") {
        let status = Command::new("mvn")
            .args(["-q", "-B", "dependency:copy-dependencies"])
            .arg(format!("-DoutputDirectory={}", jars.display()))
            .arg("-f")
            .arg(java_dir().join("pom.xml"))
            .status();
        status.ok().filter(|status| status.success())?;
    }
    Command::new("java")
        .arg("-version")
        .stderr(Stdio::null())
        .status()
        .ok()
        .filter(|status| status.success())?;
    Some(jars)
}

fn java_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java")
}

fn ask_java(jars: &Path, requests: &[Value]) -> Vec<Value> {
    let mut java = Command::new("java")
        .arg("-cp")
        .arg(jars.join("*"))
        .arg(java_dir().join("AvroOracle.java"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = java.stdin.take().unwrap();
    let lines: String = requests.iter().map(|request| format!("{request}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = java.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Random schemas from small pools of names, so that pairs meet and clash.
struct Generator {
    state: u64,
    /// Names defined so far in this schema, as they can be referred to.
    names: Vec<String>,
    depth: usize,
    broken: bool,
}

const NAMES: [&str; 7] = ["A", "B", "C", "D", "E", "record", "int2"];
const SPACES: [&str; 3] = ["", "x", "x.y"];
const FIELDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

impl Generator {
    fn new(seed: u64) -> Generator {
        Generator {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32,
            names: vec![],
            depth: 0,
            broken: false,
        }
    }

    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn request(&mut self) -> Value {
        let mut refs = vec![];
        let mut known = vec![];
        if self.chance(20) {
            self.names.clear();
            let mut reference = self.record();
            reference["name"] = json!("Ref");
            reference["namespace"] = json!("r");
            refs.push(reference.to_string());
            known = vec!["r.Ref".to_owned()];
        }
        // References are whole: a registered schema was checked when it came.
        self.broken = self.chance(40);
        self.names.clone_from(&known);
        let reader = self.schema();
        let writer = if self.chance(80) {
            let mut writer = reader.clone();
            for _ in 0..=self.below(3) {
                self.mutate(&mut writer);
            }
            writer
        } else {
            self.names = known;
            self.schema()
        };
        json!({"refs": refs, "reader": self.text(&reader), "writer": self.text(&writer)})
    }

    /// The text of a schema, sometimes with white space and comments.
    fn text(&mut self, schema: &Value) -> String {
        match self.below(10) {
            0 => serde_json::to_string_pretty(schema).unwrap(),
            1 => format!("/* c */ {schema}"),
            _ => schema.to_string(),
        }
    }

    fn schema(&mut self) -> Value {
        self.depth += 1;
        let schema = match self.below(if self.depth > 4 { 5 } else { 14 }) {
            0..=2 => json!(self.pick(&PRIMITIVES)),
            3 => self.primitive_with_props(),
            4 => self.reference(),
            5 => self.container("array", "items"),
            6 => self.container("map", "values"),
            7 | 8 => self.union(),
            9 => self.symbols(),
            10 => self.fixed(),
            _ => self.record(),
        };
        self.depth -= 1;
        schema
    }

    fn primitive_with_props(&mut self) -> Value {
        let mut schema = json!({"type": self.pick(&PRIMITIVES)});
        self.props(&mut schema);
        if self.chance(40) {
            schema["logicalType"] = json!(self.pick(&["date", "uuid", "decimal", "timestamp-millis", "nonsense"]));
            schema["precision"] = json!(4);
        }
        schema
    }

    fn reference(&mut self) -> Value {
        if self.names.is_empty() || (self.broken && self.chance(30)) {
            // Perhaps defined later, perhaps never.
            return if self.chance(50) {
                json!(self.pick(&NAMES))
            } else {
                json!("int")
            };
        }
        let i = self.below(self.names.len());
        let name = self.names[i].clone();
        if self.chance(10) {
            json!({"type": name, "dropped": 1})
        } else {
            json!(name)
        }
    }

    fn container(&mut self, word: &str, part: &str) -> Value {
        let mut schema = json!({"type": word});
        if !(self.broken && self.chance(10)) {
            schema[part] = self.schema();
        }
        self.props(&mut schema);
        schema
    }

    fn union(&mut self) -> Value {
        let mut branches: Vec<Value> = vec![];
        for _ in 0..self.below(4) {
            let branch = self.schema();
            let word = |v: &Value| v.as_str().or_else(|| v["type"].as_str()).unwrap_or("union").to_owned();
            let clash = branch.is_array() || branches.iter().any(|other| word(other) == word(&branch));
            if !clash || (self.broken && self.chance(30)) {
                branches.push(branch);
            }
        }
        Value::Array(branches)
    }

    fn named(&mut self, word: &str) -> Value {
        let mut name = self.pick(&NAMES).to_owned();
        if !self.broken && self.chance(80) {
            // Fresh, so that most schemas define nothing twice.
            name = format!("{name}{}", self.names.len());
        }
        if self.broken && self.chance(6) {
            name = self
                .pick(&["1x", "é", "a-b", "", "int", "a..b", "x.é.y", ".Z"])
                .to_owned();
        }
        let mut schema = json!({"type": word});
        if self.chance(40) {
            let space = self.pick(&SPACES);
            schema["namespace"] = json!(space);
            if self.chance(50) && !space.is_empty() {
                self.names.push(format!("{space}.{name}"));
            }
        } else {
            self.names.push(name.clone());
        }
        if self.chance(15) {
            name = format!("q.{name}");
            self.names.push(name.clone());
        }
        schema["name"] = json!(name);
        if self.chance(25) {
            schema["doc"] = if self.chance(90) {
                json!(self.pick(&["", "d \"q\" \u{7} é", "doc"]))
            } else {
                json!(5)
            };
        }
        if self.chance(30) {
            let aliases: Vec<&str> = (0..self.below(3))
                .map(|_| self.pick(&["A", "B", "x.C", ".D", "x.y.E", "record"]))
                .collect();
            schema["aliases"] = json!(aliases);
        }
        if self.broken && self.chance(3) {
            schema["aliases"] = json!("A");
        }
        self.props(&mut schema);
        schema
    }

    fn props(&mut self, schema: &mut Value) {
        if self.chance(15) {
            schema["p"] = json!({"z": [1, 2.5, null, -0.001], "a": {"k": "v/\n"}});
        }
        if self.chance(10) {
            schema["n"] = json!(12345678901_i64);
            schema["order"] = json!("not reserved here");
            schema["default"] = json!(null);
        }
    }

    fn symbols(&mut self) -> Value {
        let mut schema = self.named("enum");
        let first = self.below(3);
        let mut symbols: Vec<String> = (first..first + 1 + self.below(3)).map(|i| format!("S{i}")).collect();
        if self.broken && self.chance(8) {
            symbols.push(self.pick(&["S1", "é", "a b"]).to_owned());
        }
        schema.as_object_mut().unwrap().remove("default");
        if self.chance(30) {
            schema["default"] = json!(if self.broken && self.chance(20) {
                "S9".into()
            } else {
                symbols[0].clone()
            });
        }
        schema["symbols"] = json!(symbols);
        schema
    }

    fn fixed(&mut self) -> Value {
        let mut schema = self.named("fixed");
        schema["size"] = if self.broken && self.chance(15) {
            json!(self.pick(&["4", "-1"]))
        } else {
            json!(4 + self.below(2))
        };
        if self.broken && self.chance(5) {
            schema["size"] = json!(-1);
        }
        schema
    }

    fn record(&mut self) -> Value {
        let word = if self.chance(5) { "error" } else { "record" };
        let mut schema = self.named(word);
        let mut fields = vec![];
        for fresh in FIELDS.iter().take(self.below(5)) {
            let name = if self.broken && self.chance(5) {
                self.pick(&FIELDS)
            } else {
                *fresh
            };
            let mut field = json!({"name": name, "type": self.schema()});
            if self.chance(45) {
                let default = self.default(&field["type"].clone());
                field["default"] = default;
            }
            if self.chance(15) {
                field["order"] = json!(self.pick(&["ascending", "DESCENDING", "ignore"]));
            }
            if self.broken && self.chance(2) {
                field["order"] = json!("sideways");
            }
            if self.chance(20) {
                field["aliases"] = json!([self.pick(&FIELDS), "old"]);
            }
            if self.chance(15) {
                field["doc"] = json!("field");
            }
            if self.chance(15) {
                field["extra"] = json!([true, {"b": 1, "a": 2}]);
            }
            fields.push(field);
        }
        if !(self.broken && self.chance(3)) {
            schema["fields"] = json!(fields);
        }
        schema
    }

    /// A default for a type, mostly a fitting one.
    fn default(&mut self, schema: &Value) -> Value {
        if self.broken && self.chance(15) {
            return [
                json!(1),
                json!("x"),
                json!(null),
                json!({}),
                json!([]),
                json!(1.5),
                json!(true),
                json!(3_000_000_000_i64),
            ][self.below(8)]
            .clone();
        }
        if let Some(branches) = schema.as_array() {
            let first = branches.first().cloned().unwrap_or(json!("null"));
            let branch = branches[..]
                .get(self.below(branches.len().max(1)))
                .cloned()
                .unwrap_or(first);
            return self.default(&branch);
        }
        match schema.as_str().or_else(|| schema["type"].as_str()).unwrap_or_default() {
            "null" => json!(null),
            "boolean" => json!(true),
            "int" => json!(-7),
            "long" => json!(3_000_000_000_i64),
            "float" => json!(0.5),
            "double" => [json!(1), json!("NaN"), json!("1.25"), json!(1.0e20)][self.below(4)].clone(),
            "array" => {
                let item = self.default(&schema["items"]);
                Value::Array((0..self.below(2)).map(|_| item.clone()).collect())
            }
            "map" => json!({"key": self.default(&schema["values"])}),
            "enum" => schema["symbols"][0].clone(),
            "bytes" | "string" | "fixed" => json!("text"),
            "record" | "error" => {
                let mut value = Map::new();
                for field in schema["fields"].as_array().into_iter().flatten() {
                    if field.get("default").is_none() || self.chance(30) {
                        let inner = self.default(&field["type"]);
                        value.insert(field["name"].as_str().unwrap_or_default().to_owned(), inner);
                    }
                }
                Value::Object(value)
            }
            _ => [json!({}), json!("S1"), json!(null)][self.below(3)].clone(),
        }
    }

    /// One random edit somewhere inside.
    fn mutate(&mut self, schema: &mut Value) {
        match schema {
            Value::String(name) => *name = self.pick(&PRIMITIVES).to_owned(),
            Value::Array(branches) => match self.below(4) {
                0 => branches.push(json!(self.pick(&PRIMITIVES))),
                1 if !branches.is_empty() => {
                    let i = self.below(branches.len());
                    branches.remove(i);
                }
                _ if !branches.is_empty() => {
                    let i = self.below(branches.len());
                    self.mutate(&mut branches[i]);
                }
                _ => {}
            },
            Value::Object(members) => self.mutate_object(members),
            _ => {}
        }
    }

    fn mutate_object(&mut self, members: &mut Map<String, Value>) {
        for part in ["items", "values"] {
            if let Some(inner) = members.get_mut(part) {
                return self.mutate(inner);
            }
        }
        if self.chance(10) && members.contains_key("name") {
            members.insert("name".into(), json!(self.pick(&NAMES)));
            return;
        }
        if let Some(Value::Array(symbols)) = members.get_mut("symbols") {
            return symbols.push(json!("S7"));
        }
        if members.contains_key("size") {
            members.insert("size".into(), json!(5));
            return;
        }
        let Some(Value::Array(fields)) = members.get_mut("fields") else {
            return;
        };
        if fields.is_empty() || self.chance(15) {
            return fields.push(json!({"name": "g", "type": "int"}));
        }
        let i = self.below(fields.len());
        match self.below(6) {
            0 => {
                fields.remove(i);
            }
            1 => fields[i]["name"] = json!(self.pick(&["h", "old"])),
            2 => {
                fields[i].as_object_mut().unwrap().remove("default");
            }
            _ => {
                let mut inner = fields[i]["type"].take();
                self.mutate(&mut inner);
                fields[i]["type"] = inner;
            }
        }
    }
}
