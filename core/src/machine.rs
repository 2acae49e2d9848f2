//! The log machine: state is a fold of a log (DESIGN 3.1).
//!
//! A command reads state and returns records and replies; [`LogMachine::replay`] is the only code that changes what
//! the log decides. The host appends the records, replays them at once (so that the next command sees them), and
//! lets replies go only when what they rest on is committed. A failed append drops the machine; it is loaded again
//! from the log. The group coordinator, the metadata controller, the registry and Connect's stores are all this shape.

/// Names one waiting caller; a reply carries it back. Handed out by the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What a command came to.
#[derive(Debug)]
pub struct Decision<Record, Reply> {
    /// To be appended as one unit, in order.
    pub records: Vec<Record>,
    /// To be given when `records` (and all before them) are committed. A command's own ticket may be missing: it is
    /// answered by a later decision, as a JoinGroup is.
    pub replies: Vec<(Ticket, Reply)>,
}

impl<Record, Reply> Decision<Record, Reply> {
    /// Nothing to write, nobody to answer.
    #[must_use]
    pub fn none() -> Self {
        Self {
            records: Vec::new(),
            replies: Vec::new(),
        }
    }

    /// An answer without a write.
    #[must_use]
    pub fn reply(ticket: Ticket, reply: Reply) -> Self {
        Self {
            records: Vec::new(),
            replies: vec![(ticket, reply)],
        }
    }

    /// A write and its answer.
    #[must_use]
    pub fn write(records: Vec<Record>, ticket: Ticket, reply: Reply) -> Self {
        Self {
            records,
            replies: vec![(ticket, reply)],
        }
    }

    /// Adds another decision after this one.
    pub fn extend(&mut self, other: Self) {
        self.records.extend(other.records);
        self.replies.extend(other.replies);
    }
}

/// A deterministic state machine over a log.
pub trait LogMachine: Send {
    /// What callers ask.
    type Command;
    /// What the log holds.
    type Record: Clone;
    /// What callers get.
    type Reply;
    /// The part of the state that the log alone decides; two machines with the same log have the same one.
    type Durable: PartialEq + std::fmt::Debug;

    /// Decides on a command at `now` (wall clock, milliseconds). It may change what is volatile (who waits, session
    /// deadlines), never what [`LogMachine::replay`] owns.
    fn decide(&mut self, now: i64, ticket: Ticket, command: Self::Command) -> Decision<Self::Record, Self::Reply>;

    /// Applies a record of the log.
    fn replay(&mut self, record: &Self::Record);

    /// When [`LogMachine::on_deadline`] wants to be called next, wall clock in milliseconds.
    fn next_deadline(&self) -> Option<i64> {
        None
    }

    /// A timer is just another command.
    fn on_deadline(&mut self, _now: i64) -> Decision<Self::Record, Self::Reply> {
        Decision::none()
    }

    /// A copy of the durable state.
    fn durable(&self) -> Self::Durable;
}

/// Drives a machine against an in-memory log: for tests and simulations.
#[derive(Debug)]
pub struct MemoryHost<M: LogMachine> {
    /// The live machine.
    pub machine: M,
    /// Its log.
    pub log: Vec<M::Record>,
    next_ticket: u64,
}

impl<M: LogMachine> MemoryHost<M> {
    /// A host with an empty log.
    pub fn new(machine: M) -> Self {
        Self {
            machine,
            log: Vec::new(),
            next_ticket: 0,
        }
    }

    /// Submits a command, appends and replays what it decides, and returns its ticket with all replies it released.
    pub fn submit(&mut self, now: i64, command: M::Command) -> (Ticket, Vec<(Ticket, M::Reply)>) {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let decision = self.machine.decide(now, ticket, command);
        (ticket, self.apply(decision))
    }

    /// Lets time pass to `now`, one deadline after the other.
    pub fn advance(&mut self, now: i64) -> Vec<(Ticket, M::Reply)> {
        let mut replies = Vec::new();
        // Bounded: a machine whose deadline does not move would spin forever.
        for _ in 0..10_000 {
            match self.machine.next_deadline() {
                Some(at) if at <= now => {
                    let decision = self.machine.on_deadline(at);
                    replies.extend(self.apply(decision));
                }
                _ => break,
            }
        }
        replies
    }

    fn apply(&mut self, decision: Decision<M::Record, M::Reply>) -> Vec<(Ticket, M::Reply)> {
        for record in decision.records {
            self.machine.replay(&record);
            self.log.push(record);
        }
        decision.replies
    }

    /// The property that makes recovery right by construction: a fresh machine that replays the log is in the live
    /// machine's durable state. Returns both when they differ.
    pub fn replayed_differs(&self, fresh: M) -> Option<(M::Durable, M::Durable)> {
        let mut fresh = fresh;
        for record in &self.log {
            fresh.replay(record);
        }
        let (live, replayed) = (self.machine.durable(), fresh.durable());
        (live != replayed).then_some((live, replayed))
    }
}
