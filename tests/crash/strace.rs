//! The sync comes before the reply, as the system saw it: a broker under strace, and in its trace each reply to a produce
//! with `acks=all`, or to an offset commit, behind a completed fdatasync of what the journal was given for it.

use crate::requests::{commit, create, find_coordinator, produce};
use crate::wire::Wire;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use weir_tests::peers::{Missing, Weir, skip};

const JOURNAL: &str = ".weir-journal>";

/// Replies that are proven, or what is wrong with one.
type Verdict = Result<usize, String>;

/// A call as the trace tells of it: begun, and ended when it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    JournalWritten,
    SyncBegun,
    SyncDone,
    Reply,
}

/// What matters of one call's beginning: its event then, and when it has returned.
fn meaning(call: &str, client: &str) -> (Option<Event>, Option<Event>) {
    let on = |names: &[&str]| names.iter().any(|n| call.starts_with(&format!("{n}(")));
    if call.contains(JOURNAL) && on(&["pwritev", "pwrite64", "pwritev2"]) {
        (None, Some(Event::JournalWritten))
    } else if call.contains(JOURNAL) && on(&["fdatasync", "fsync"]) {
        (Some(Event::SyncBegun), Some(Event::SyncDone))
    } else if call.contains(client) && on(&["write", "writev", "sendto", "sendmsg"]) {
        (Some(Event::Reply), None)
    } else {
        (None, None)
    }
}

/// Events in the order in which strace saw them; a call that others came between is told in two lines.
fn events(trace: &str, client: &str) -> Result<Vec<Event>, String> {
    let mut events = Vec::new();
    let mut unfinished: BTreeMap<&str, Option<Event>> = BTreeMap::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').ok_or(format!("not a call: {line}"))?;
        let call = call.trim_start();
        let ended = if call.starts_with("<... ") {
            unfinished.remove(thread).flatten()
        } else {
            let (begun, ended) = meaning(call, client);
            events.extend(begun);
            if call.ends_with("<unfinished ...>") {
                unfinished.insert(thread, ended);
                continue;
            }
            ended
        };
        if ended == Some(Event::SyncDone) && !call.ends_with("= 0") {
            return Err(format!("a sync failed: {line}"));
        }
        events.extend(ended);
    }
    Ok(events)
}

/// How many replies came after a sync that began when the journal had been written and ended before the reply began.
/// Every reply must have written to the journal.
fn replies_after_sync(trace: &str, client: &str) -> Verdict {
    let events = events(trace, client)?;
    let (mut replies, mut last_reply) = (0, 0);
    for (at, event) in events.iter().enumerate() {
        if *event != Event::Reply {
            continue;
        }
        let since = events.get(last_reply..at).unwrap_or_default();
        let written = since.iter().rposition(|e| *e == Event::JournalWritten);
        let written = written.ok_or(format!("reply {replies} wrote nothing to the journal: {since:?}"))?;
        let after = since.get(written..).unwrap_or_default();
        let begun = after.iter().position(|e| *e == Event::SyncBegun);
        let begun = begun.ok_or(format!("reply {replies} left before any sync began: {since:?}"))?;
        if !after.iter().skip(begun).any(|e| *e == Event::SyncDone) {
            return Err(format!("reply {replies} left before the sync was done: {since:?}"));
        }
        replies += 1;
        last_reply = at + 1;
    }
    Ok(replies)
}

/// strace on a process that runs; ended politely, so that the process goes on.
struct Tracer(Child);

impl Tracer {
    fn attach(pid: u32, out: &Path) -> Result<Self, Missing> {
        let missing = |reason: String| Missing { peer: "strace", reason };
        let log = out.with_extension("log");
        let err = std::fs::File::create(&log).map_err(|e| missing(e.to_string()))?;
        let mut child = Command::new("strace")
            .args([
                "-f",
                "-yy",
                "-s",
                "8",
                "-e",
                "trace=write,writev,sendto,sendmsg,pwritev,pwritev2,pwrite64,fdatasync,fsync",
            ])
            .arg("-o")
            .arg(out)
            .args(["-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stderr(err)
            .spawn()
            .map_err(|e| missing(e.to_string()))?;
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            if said.contains("attached") {
                return Ok(Self(child));
            }
            if child.try_wait().ok().flatten().is_some() || Instant::now() > end {
                return Err(missing(format!("could not attach: {said}")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn detach(mut self) {
        let _ = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

/// Produces and commits under strace; what the trace says of both.
fn traced(settings: &[(&str, &str)], n: i64) -> Result<(Verdict, Verdict), Missing> {
    let weir = Weir::broker(settings)?;
    let mut wire = Wire::connect(weir.bootstrap());
    create(&mut wire, "t", 1);
    find_coordinator(&mut wire, "g");
    let home = tempfile::tempdir().unwrap();
    let run = |name: &str, ask: &mut dyn FnMut(&mut Wire, i64)| -> Result<Verdict, Missing> {
        // A connection of its own: its replies are told apart by its port.
        let mut wire = Wire::connect(weir.bootstrap());
        let port = wire.local_port();
        let out = home.path().join(name);
        let tracer = Tracer::attach(weir.pid().unwrap(), &out)?;
        for i in 0..n {
            ask(&mut wire, i);
        }
        tracer.detach();
        let trace = std::fs::read_to_string(&out).unwrap();
        Ok(replies_after_sync(&trace, &format!("->127.0.0.1:{port}]")))
    };
    let produced = run("produce", &mut |wire, i| {
        assert_eq!(produce(wire, "t", -1, b"value"), (0, i));
    })?;
    let committed = run("commit", &mut |wire, i| assert_eq!(commit(wire, "g", "t", i), 0))?;
    Ok((produced, committed))
}

#[test]
fn the_sync_comes_before_the_reply() {
    match traced(&[], 20) {
        Ok(both) => assert_eq!(both, (Ok(20), Ok(20))),
        Err(missing) => skip(&missing),
    }
}

/// A broker that is told not to sync: if this passed the check, the check would see nothing.
#[test]
fn a_broker_that_does_not_sync_is_caught() {
    match traced(&[("flush.mode", "os")], 3) {
        Ok((produced, committed)) => {
            assert!(produced.unwrap_err().contains("wrote nothing to the journal"));
            assert!(committed.unwrap_err().contains("wrote nothing to the journal"));
        }
        Err(missing) => skip(&missing),
    }
}

const CLIENT: &str = "->127.0.0.1:5]";
const WRITE: &str = "1 pwritev(9</d/1.weir-journal>, [], 3, 16) = 9";
const SYNC: &str = "1 fdatasync(9</d/1.weir-journal>) = 0";
const REPLY: &str = "1 writev(7<TCP:[127.0.0.1:9->127.0.0.1:5]>, [], 2) = 8";

#[test]
fn a_trace_in_the_right_order_proves_it() {
    let judge = |lines: &[&str]| replies_after_sync(&lines.join("\n"), CLIENT);
    assert_eq!(judge(&[WRITE, SYNC, REPLY, WRITE, SYNC, REPLY]), Ok(2));
    // Another thread syncs, in two lines, with another connection's reply between them.
    let (begun, done) = (
        "2 fdatasync(9</d/1.weir-journal> <unfinished ...>",
        "2 <... fdatasync resumed>) = 0",
    );
    let other = "1 writev(8<TCP:[127.0.0.1:9->127.0.0.1:55]>, [], 2) = 8";
    assert_eq!(judge(&[WRITE, begun, other, done, REPLY]), Ok(1));
    for wrong in [
        &[WRITE, REPLY, SYNC][..],
        &[SYNC, WRITE, REPLY],
        &[WRITE, begun, REPLY, done],
        &[begun, WRITE, done, REPLY],
        &[WRITE, SYNC, REPLY, REPLY],
        &[WRITE, SYNC, REPLY, WRITE, REPLY],
        &[
            WRITE,
            "1 fdatasync(9</d/1.weir-journal>) = -1 EIO (Input/output error)",
            REPLY,
        ],
        &[WRITE, "1 fdatasync(9</d/t-0/0.log>) = 0", REPLY],
    ] {
        assert!(judge(wrong).is_err(), "{wrong:?}");
    }
}
