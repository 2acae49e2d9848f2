//! The README's shell blocks, in their order: those that stay up are started, seen ready, and stopped by Ctrl-C; the others run
//! beside the platform. The text is the README's; only what `cargo run --release` and `weir` are is settled here (the binary
//! under test), and the environment says other ports, for somebody may use Kafka's.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use weir_tests::peers::{Missing, binary, free_port, skip};

use crate::{Block, blocks, documents, root};

/// What the words of the README mean here. `cargo xtask test` would start these tests again: it is enough that it exists.
const WORDS: &str = r#"
weir() { "$WEIR" "$@"; }
cargo() {
    case "$1 $2" in
    "run --release") shift 2; [ "${1-}" != -- ] || shift; exec "$WEIR" "$@" ;;
    "xtask test") command cargo xtask help | grep -q '^  test ' ;;
    *) echo "the docs tests do not know: cargo $*" >&2; return 1 ;;
    esac
}
"#;

/// How long the demo may take on a loaded machine, built without optimisation.
const PATIENCE: Duration = Duration::from_secs(180);

struct Stage {
    folder: tempfile::TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Stage {
    fn new() -> Result<Self, Missing> {
        let folder = tempfile::tempdir().unwrap();
        let [kafka, registry, connect, console] = [(); 4].map(|()| free_port().unwrap());
        let config = folder.path().join("weir.toml");
        let text = format!(
            "[broker]\nlisteners = \"PLAINTEXT://127.0.0.1:{kafka}\"\n[registry]\nlisteners = \"http://127.0.0.1:{registry}\"\n\
             [connect]\nlisteners = \"http://127.0.0.1:{connect}\"\n[console]\nlisteners = \"http://127.0.0.1:{console}\"\n"
        );
        std::fs::write(&config, text).unwrap();
        let environment = vec![
            ("WEIR", binary()?.display().to_string()),
            ("WEIR_CONFIG", config.display().to_string()),
            ("WEIR_DATA_DIR", folder.path().join("data").display().to_string()),
            ("WEIR_BOOTSTRAP_SERVERS", format!("127.0.0.1:{kafka}")),
            ("WEIR_SCHEMA_REGISTRY_URL", format!("http://127.0.0.1:{registry}")),
            ("WEIR_CONNECT_URL", format!("http://127.0.0.1:{connect}")),
        ];
        Ok(Self { folder, environment })
    }

    /// A block's text in a shell at the root of the project.
    fn shell(&self, text: &str) -> Command {
        let mut shell = Command::new("sh");
        shell
            .args(["-euc", &format!("{WORDS}{text}")])
            .current_dir(root())
            .envs(self.environment.clone());
        shell
    }

    /// Runs a block to its end.
    fn run(&self, text: &str) -> Result<String, String> {
        let out = self.shell(text).output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        match out.status.success() {
            true => Ok(said),
            false => Err(format!("{text}{said}{}", String::from_utf8_lossy(&out.stderr))),
        }
    }
}

/// A command that stays up.
struct Up {
    child: Child,
    lines: Receiver<String>,
    said: String,
}

impl Up {
    fn start(stage: &Stage, text: &str) -> Self {
        let mut child = stage.shell(text).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self {
            child,
            lines,
            said: String::new(),
        }
    }

    fn wait_for(&mut self, words: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.said.lines().any(|line| line.contains(words)) {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            self.said += &format!(
                "{}\n",
                line.unwrap_or_else(|e| panic!("no {words:?} ({e}) in\n{}", self.said))
            );
        }
    }

    /// As Ctrl-C does; a clean end is exit code 0.
    fn interrupt(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.said);
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // A test that fails on the way leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn shell_blocks(document: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(document).unwrap();
    let shell = |block: Block| {
        ["sh", "bash", "console", ""]
            .contains(&block.language.as_str())
            .then_some(block.text)
    };
    blocks(&text).into_iter().filter_map(shell).collect()
}

#[test]
fn the_readmes_commands_do_what_they_say() {
    let run = || -> Result<(), Missing> {
        let mut platform = None;
        let mut others = 0;
        let stage = Stage::new()?;
        for text in shell_blocks(&root().join("README.md")) {
            match text.trim() {
                "cargo run --release -- demo" => {
                    let own = Stage::new()?;
                    let mut demo = Up::start(&own, &text);
                    demo.wait_for("everything stays up");
                    assert!(demo.said.contains("ORIGIN"), "no result table in\n{}", demo.said);
                    demo.interrupt();
                }
                "cargo run --release" => {
                    let mut up = Up::start(&stage, &text);
                    up.wait_for("ready in");
                    for part in ["kafka ", "registry ", "connect ", "console "] {
                        assert!(up.said.contains(part), "{}", up.said);
                    }
                    platform = Some(up);
                }
                _ => {
                    // A worker takes connectors once it has joined its group.
                    others += 1;
                    let said = stage.run(&text).unwrap_or_else(|error| panic!("{error}"));
                    if text.contains("consume orders") {
                        assert!(said.contains(r#""value":"hello""#), "{said}");
                    }
                }
            }
        }
        assert!(others >= 2, "the README has lost its commands");
        platform.expect("the README starts the platform").interrupt();
        assert!(stage.folder.path().join("data").exists());
        Ok(())
    };
    run().unwrap_or_else(|missing| skip(&missing));
}

/// Commands elsewhere would go unseen: they belong into the README, or into this test.
#[test]
fn other_documents_have_no_commands_of_their_own() {
    for document in documents().into_iter().filter(|path| *path != root().join("README.md")) {
        assert_eq!(shell_blocks(&document), [""; 0], "{}", document.display());
    }
}

/// `cargo run` starts what it says: the default member has one binary.
#[test]
fn cargo_run_is_weir() {
    let out = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let members = metadata["workspace_default_members"].as_array().unwrap();
    let packages = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| members.contains(&package["id"]));
    let targets = packages.flat_map(|package| package["targets"].as_array().unwrap());
    let binaries = targets
        .filter(|target| target["kind"] == serde_json::json!(["bin"]))
        .map(|target| &target["name"]);
    assert_eq!(binaries.collect::<Vec<_>>(), ["weir"]);
}

/// Options and subcommands that running text names, in backquotes, exist.
#[test]
fn what_the_readme_names_in_passing_exists() {
    let run = || -> Result<(), Missing> {
        let help = |args: &[&str]| -> Result<String, Missing> {
            let out = Command::new(binary()?).args(args).arg("--help").output().unwrap();
            assert!(out.status.success(), "weir {args:?} --help");
            Ok(String::from_utf8(out.stdout).unwrap())
        };
        let all = [&[][..], &["start"], &["demo"], &["registry"]]
            .map(help)
            .into_iter()
            .collect::<Result<String, _>>()?;
        let text = std::fs::read_to_string(root().join("README.md")).unwrap();
        // Blocks are looked at elsewhere.
        let prose: String = text.split("```").step_by(2).collect();
        let mut seen = 0;
        for span in prose.split('`').skip(1).step_by(2) {
            let words: Vec<&str> = span.split_whitespace().collect();
            match words[..] {
                ["weir", command, ..] if command.starts_with(|c: char| c.is_ascii_lowercase()) => {
                    help(&[command])?;
                    seen += 1;
                }
                [option, ..] if option.starts_with("--") => {
                    assert!(all.contains(option), "no {option} in any help");
                    seen += 1;
                }
                _ => {}
            }
        }
        assert!(seen > 5, "only {seen} found");
        Ok(())
    };
    run().unwrap_or_else(|missing| skip(&missing));
}

#[test]
fn a_command_that_fails_is_seen() {
    let run = || -> Result<(), Missing> {
        let stage = Stage::new()?;
        assert!(stage.run("weir --version\n").is_ok());
        assert!(stage.run("weir --no-such-option\nweir --version\n").is_err());
        assert!(stage.run("cargo frobnicate\n").is_err());
        Ok(())
    };
    run().unwrap_or_else(|missing| skip(&missing));
}
