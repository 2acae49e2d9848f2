//! The accumulator against a model of a partition's log that checks sequence numbers as Kafka does (`ProducerAppendInfo`), with
//! answers that get lost, requests that never arrive, refusals, and failures for good.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use futures_util::FutureExt;
use proptest::prelude::*;
use weir_core::ErrorCode;
use weir_core::compress::Compression;
use weir_core::record::{Batch as Sealed, sequence_after};

use super::accumulator::{Accumulator, Limits, rejected};
use super::batch::{Batch, ProducerId, record_size};
use super::delivery::{Acked, Delivery};
use super::error::SendError;
use super::record::ProducerRecord;
use crate::types::TopicPartition;
use crate::wire::CallError;

const MS: Duration = Duration::from_millis(1);
const NODE: i32 = 1;

fn limits() -> Limits {
    Limits {
        batch_size: 120,
        linger: MS * 5,
        compression: Compression::None,
        max_request_size: 10_000,
        delivery_timeout: MS * 1_000_000,
        retries: u32::MAX,
        idempotent: true,
        in_order: false,
    }
}

fn accumulator(limits: Limits) -> Accumulator {
    let mut accumulator = Accumulator::new(limits);
    accumulator.set_producer(ProducerId { id: 7, epoch: 0 });
    accumulator
}

fn at(partition: i32) -> TopicPartition {
    TopicPartition::new("t", partition)
}

fn append(accumulator: &mut Accumulator, partition: i32, value: &str, now: Duration) -> Delivery {
    let record = ProducerRecord::new("t", value.to_owned());
    let size = record_size(&record);
    accumulator
        .append(at(partition), &record, 1, size, now)
        .unwrap()
        .delivery
}

fn drain(accumulator: &mut Accumulator, now: Duration) -> Vec<Batch> {
    accumulator.drain(now, |_| Some(NODE)).remove(&NODE).unwrap_or_default()
}

fn refusal(batch: &Batch, code: ErrorCode) -> SendError {
    rejected(&batch.partition, code.into())
}

fn lost() -> SendError {
    CallError::Disconnected {
        api: "Produce",
        address: "a:1".to_owned(),
    }
    .into()
}

fn acked(base_offset: i64) -> Acked {
    Acked {
        base_offset,
        append_time: -1,
    }
}

fn values(batch: &mut Batch) -> Vec<String> {
    let sealed = Sealed::parse(&batch.seal().unwrap()).unwrap();
    let value = |record: weir_core::record::Record| String::from_utf8(record.value.unwrap().to_vec()).unwrap();
    sealed
        .records(1 << 20)
        .unwrap()
        .map(|record| value(record.unwrap()))
        .collect()
}

#[test]
fn a_batch_waits_for_linger_or_until_it_is_full() {
    let mut accumulator = accumulator(limits());
    drop(append(&mut accumulator, 0, "a", MS));
    assert!(drain(&mut accumulator, MS * 5).is_empty());
    assert_eq!(accumulator.next_moment(MS), Some(MS * 6));
    assert_eq!(drain(&mut accumulator, MS * 6).len(), 1);
    assert_eq!(accumulator.next_moment(MS), Some(MS * 1_000_001), "until it is too old");
    for value in ["b", "c", "d", "e", "f"] {
        drop(append(&mut accumulator, 1, &value.repeat(9), MS * 7));
    }
    assert_eq!(
        drain(&mut accumulator, MS * 7).len(),
        1,
        "the first is full, the second waits"
    );
    drop(append(&mut accumulator, 2, "e", MS * 8));
    accumulator.hurry = 1;
    assert!(
        drain(&mut accumulator, MS * 8)
            .iter()
            .any(|batch| batch.partition == at(2))
    );
}

#[test]
fn nothing_overtakes_the_first_batch_of_a_new_id_or_one_that_is_retried() {
    let mut accumulator = accumulator(limits());
    for i in 0..12 {
        drop(append(&mut accumulator, 0, &format!("value {i}"), MS));
    }
    let first = drain(&mut accumulator, MS * 9).remove(0);
    assert!(
        drain(&mut accumulator, MS * 9).is_empty(),
        "the log does not know the id yet"
    );
    accumulator.acknowledge(first, acked(0));
    let (second, third) = (
        drain(&mut accumulator, MS * 9).remove(0),
        drain(&mut accumulator, MS * 9).remove(0),
    );
    let base = second.sequence.unwrap().base;
    accumulator.reject(second, lost(), MS * 9, MS * 10);
    assert!(drain(&mut accumulator, MS * 99).is_empty(), "one is still on its way");
    let error = refusal(&third, ErrorCode::OutOfOrderSequenceNumber);
    accumulator.reject(third, error, MS * 9, MS * 10);
    assert!(drain(&mut accumulator, MS * 18).is_empty(), "the pause is not over");
    let again = drain(&mut accumulator, MS * 19).remove(0);
    assert_eq!(again.sequence.unwrap().base, base, "under its old number");
    assert!(drain(&mut accumulator, MS * 19).is_empty(), "retries go alone");
}

#[test]
fn a_failure_for_good_starts_a_new_epoch_for_its_partition() {
    let mut accumulator = accumulator(limits());
    let bad = append(&mut accumulator, 0, "bad", MS);
    drop(append(&mut accumulator, 1, "other", MS));
    let mut batches = drain(&mut accumulator, MS * 9);
    let (other, failing) = (batches.pop().unwrap(), batches.pop().unwrap());
    let error = refusal(&failing, ErrorCode::InvalidRecord);
    let settled = accumulator.reject(failing, error, MS * 9, MS);
    assert!(!settled.retried && settled.released > 0);
    assert!(matches!(bad.now_or_never(), Some(Err(SendError::Rejected { .. }))));
    // The other partition finishes under the old epoch.
    accumulator.reject(other, lost(), MS * 9, Duration::ZERO);
    let epoch = |batch: &Batch| {
        let sequence = batch.sequence.unwrap();
        (sequence.producer.epoch, sequence.base)
    };
    let other = drain(&mut accumulator, MS * 10).remove(0);
    assert_eq!(epoch(&other), (0, 0));
    accumulator.acknowledge(other, acked(0));
    for partition in [0, 1] {
        drop(append(&mut accumulator, partition, "next", MS * 11));
        assert_eq!(epoch(&drain(&mut accumulator, MS * 20)[0]), (1, 0));
    }
}

#[test]
fn what_is_too_old_fails_and_says_what_happened_last() {
    let mut accumulator = accumulator(Limits {
        delivery_timeout: MS * 100,
        ..limits()
    });
    let sent = append(&mut accumulator, 0, "a", MS);
    let first = drain(&mut accumulator, MS * 6).remove(0);
    let waiting = append(&mut accumulator, 1, "b", MS * 7);
    let settled = accumulator.reject(first, lost(), MS * 50, MS);
    assert_eq!((settled.released, settled.retried), (0, true));
    assert_eq!(accumulator.expire(MS * 100), 0);
    assert!(accumulator.expire(MS * 101) > 0 && !accumulator.is_empty());
    assert!(accumulator.expire(MS * 107) > 0 && accumulator.is_empty());
    let Some(Err(SendError::DeliveryTimeout { last: Some(last), .. })) = sent.now_or_never() else {
        panic!()
    };
    assert!(matches!(*last, SendError::Call(_)));
    let result = waiting.now_or_never();
    assert!(matches!(
        result,
        Some(Err(SendError::DeliveryTimeout { last: None, .. }))
    ));
}

#[test]
fn a_flush_knows_when_all_halves_of_a_split_batch_are_settled() {
    let mut accumulator = accumulator(Limits {
        batch_size: 5000,
        ..limits()
    });
    let deliveries: Vec<_> = (0..4)
        .map(|i| append(&mut accumulator, 0, &i.to_string(), MS))
        .collect();
    let last = accumulator.last_id();
    let whole = drain(&mut accumulator, MS * 6).remove(0);
    whole_is_refused(&mut accumulator, whole);
    let (mut left, mut offset) = (2, 10);
    while left > 0 {
        assert!(!accumulator.settled_to(last));
        let mut half = drain(&mut accumulator, MS * 7).remove(0);
        assert_eq!(values(&mut half).len(), 2);
        accumulator.acknowledge(half, acked(offset));
        (left, offset) = (left - 1, offset + 2);
    }
    assert!(accumulator.settled_to(last) && accumulator.is_empty());
    let offsets: Vec<_> = deliveries
        .into_iter()
        .map(|d| d.now_or_never().unwrap().unwrap().offset)
        .collect();
    assert_eq!(offsets, [10, 11, 12, 13]);
}

#[test]
fn a_record_that_comes_after_the_sender_has_ended_is_refused() {
    let mut accumulator = accumulator(limits());
    drop(append(&mut accumulator, 0, "a", MS));
    assert!(!accumulator.close_if_empty(), "there is something to send");
    drop(append(&mut accumulator, 0, "b", MS));
    let batch = drain(&mut accumulator, MS * 6).remove(0);
    assert!(!accumulator.close_if_empty(), "and something on its way");
    accumulator.acknowledge(batch, acked(0));
    assert!(accumulator.close_if_empty());
    let record = ProducerRecord::new("t", "late");
    let late = accumulator.append(at(0), &record, 1, record_size(&record), MS * 7);
    assert!(late.is_none() && accumulator.is_empty());
    assert!(
        accumulator.settled_to(accumulator.last_id()),
        "a flush does not wait for it"
    );
}

#[test]
fn what_a_leader_appended_without_its_followers_is_not_sent_under_another_number() {
    for code in [ErrorCode::RequestTimedOut, ErrorCode::NotEnoughReplicasAfterAppend] {
        let mut accumulator = accumulator(limits());
        drop(append(&mut accumulator, 0, "a", MS));
        let first = drain(&mut accumulator, MS * 6).remove(0);
        accumulator.acknowledge(first, acked(0));
        drop(append(&mut accumulator, 0, &"b".repeat(60), MS * 7));
        let appended = append(&mut accumulator, 0, &"c".repeat(60), MS * 7);
        let (bad, second) = (
            drain(&mut accumulator, MS * 20).remove(0),
            drain(&mut accumulator, MS * 20).remove(0),
        );
        let error = refusal(&second, code);
        assert!(accumulator.reject(second, error, MS * 20, MS).retried);
        // What is before it fails for good: the rest goes on under a new epoch, in which nobody would know it for a duplicate.
        let error = refusal(&bad, ErrorCode::InvalidRecord);
        accumulator.reject(bad, error, MS * 20, MS);
        assert!(
            matches!(appended.now_or_never(), Some(Err(SendError::Rejected { .. }))),
            "{code}"
        );
        assert!(accumulator.is_empty());
    }
}

#[test]
fn a_broker_that_forgot_the_producer_is_noticed_with_others_waiting_behind() {
    let mut accumulator = accumulator(limits());
    drop(append(&mut accumulator, 0, "a", MS));
    let first = drain(&mut accumulator, MS * 6).remove(0);
    accumulator.acknowledge(first, acked(0));
    for value in ["b", "c"] {
        drop(append(&mut accumulator, 0, &value.repeat(60), MS * 7));
    }
    let (head, behind) = (
        drain(&mut accumulator, MS * 20).remove(0),
        drain(&mut accumulator, MS * 20).remove(0),
    );
    // Over two connections, after a change of leader: the later one is answered first.
    for batch in [behind, head] {
        let error = refusal(&batch, ErrorCode::OutOfOrderSequenceNumber);
        assert!(accumulator.reject(batch, error, MS * 20, MS).retried);
    }
    for value in ["b", "c"] {
        let mut batch = drain(&mut accumulator, MS * 30).remove(0);
        assert_eq!(batch.sequence.unwrap().producer.epoch, 1, "a new epoch");
        assert_eq!(values(&mut batch), [value.repeat(60)]);
        accumulator.acknowledge(batch, acked(1));
    }
    assert!(accumulator.is_empty());
}

/// One batch acknowledged, and two on their way that get too old at 107.
fn two_late() -> (Accumulator, [Delivery; 2], [Batch; 2]) {
    let mut accumulator = accumulator(Limits {
        delivery_timeout: MS * 100,
        ..limits()
    });
    drop(append(&mut accumulator, 0, "a", MS));
    let first = drain(&mut accumulator, MS * 6).remove(0);
    accumulator.acknowledge(first, acked(0));
    let deliveries = ["b", "c"].map(|value| append(&mut accumulator, 0, &value.repeat(60), MS * 7));
    let batches = [0, 1].map(|_| drain(&mut accumulator, MS * 20).remove(0));
    assert_eq!(accumulator.next_moment(MS * 20), Some(MS * 107));
    assert!(!accumulator.expire_in_flight(MS * 106) && accumulator.expire_in_flight(MS * 107));
    assert!(!accumulator.expire_in_flight(MS * 107) && accumulator.next_moment(MS * 107).is_none());
    (accumulator, deliveries, batches)
}

fn is_late(delivery: Delivery) -> bool {
    matches!(delivery.now_or_never(), Some(Err(SendError::DeliveryTimeout { .. })))
}

#[test]
fn what_gets_too_old_on_its_way_fails_alone_and_leaves_no_hole_if_it_arrives() {
    let (mut accumulator, deliveries, [b, c]) = two_late();
    assert!(deliveries.into_iter().all(is_late));
    assert!(
        accumulator.settled_to(accumulator.last_id()),
        "a flush does not wait for the answer"
    );
    assert!(!accumulator.is_empty(), "a close does");
    let next = append(&mut accumulator, 0, "next", MS * 110);
    for (batch, offset) in [(b, 1), (c, 2)] {
        assert!(accumulator.acknowledge(batch, acked(offset)).released > 0);
    }
    let batch = drain(&mut accumulator, MS * 120).remove(0);
    let sequence = batch.sequence.unwrap();
    assert_eq!((sequence.producer.epoch, sequence.base), (0, 3), "the sequence goes on");
    accumulator.acknowledge(batch, acked(3));
    assert_eq!(next.now_or_never().unwrap().unwrap().offset, 3);
    assert!(accumulator.is_empty() && accumulator.settled_to(accumulator.last_id()));
}

#[test]
fn what_got_too_old_on_its_way_is_not_sent_again_and_its_hole_starts_a_new_epoch() {
    let (mut accumulator, _, [b, c]) = two_late();
    let settled = accumulator.reject(b, lost(), MS * 110, MS);
    assert!(!settled.retried && settled.released > 0);
    let error = refusal(&c, ErrorCode::MessageTooLarge);
    assert!(!accumulator.reject(c, error, MS * 110, MS).retried, "nor split");
    assert!(accumulator.is_empty() && accumulator.settled_to(accumulator.last_id()));
    drop(append(&mut accumulator, 0, "next", MS * 111));
    let next = drain(&mut accumulator, MS * 120).remove(0).sequence.unwrap();
    assert!(next.producer.epoch > 0 && next.base == 0);
}

fn whole_is_refused(accumulator: &mut Accumulator, mut whole: Batch) {
    // Sealed as the sender does before it sends.
    whole.seal().unwrap();
    let error = refusal(&whole, ErrorCode::MessageTooLarge);
    assert!(accumulator.reject(whole, error, MS * 6, MS).retried);
}

#[test]
fn without_idempotence_one_request_at_a_time_keeps_order() {
    let mut accumulator = Accumulator::new(Limits {
        idempotent: false,
        in_order: true,
        ..limits()
    });
    for i in 0..8 {
        drop(append(&mut accumulator, 0, &format!("value {i}"), MS));
    }
    let mut first = drain(&mut accumulator, MS * 6).remove(0);
    let sent = values(&mut first);
    assert!(drain(&mut accumulator, MS * 6).is_empty());
    accumulator.reject(first, lost(), MS * 6, MS);
    let mut again = drain(&mut accumulator, MS * 7).remove(0);
    assert_eq!((values(&mut again), again.sequence), (sent, None));
}

/// A partition's log and what it remembers of the producer.
#[derive(Default)]
struct Log {
    records: Vec<String>,
    epoch: i16,
    /// Base sequence, next sequence and offset of the last five batches.
    recent: VecDeque<(i32, i32, i64)>,
}

impl Log {
    fn append(&mut self, batch: &mut Batch) -> Result<i64, ErrorCode> {
        let sequence = batch.sequence.unwrap();
        let count = i32::try_from(batch.count).unwrap();
        let next = sequence_after(sequence.base, count);
        let (epoch, base) = (sequence.producer.epoch, sequence.base);
        match self.recent.back() {
            // An unknown producer may start anywhere.
            None => {}
            Some(_) if epoch < self.epoch => return Err(ErrorCode::InvalidProducerEpoch),
            Some(_) if epoch > self.epoch && base != 0 => return Err(ErrorCode::OutOfOrderSequenceNumber),
            Some(_) if epoch > self.epoch => self.recent.clear(),
            Some((_, expected, _)) => {
                if let Some((_, _, offset)) = self.recent.iter().find(|(b, n, _)| (*b, *n) == (base, next)) {
                    return Ok(*offset);
                }
                if base != *expected {
                    return Err(ErrorCode::OutOfOrderSequenceNumber);
                }
            }
        }
        self.epoch = epoch;
        let offset = i64::try_from(self.records.len()).unwrap();
        self.records.extend(values(batch));
        self.recent.push_back((base, next, offset));
        if self.recent.len() > 5 {
            self.recent.pop_front();
        }
        Ok(offset)
    }
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Fine,
    AnswerLost,
    NeverArrives,
    NotLeader,
    RefusedForGood,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Fine),
        2 => Just(Fate::AnswerLost),
        2 => Just(Fate::NeverArrives),
        2 => Just(Fate::NotLeader),
        1 => Just(Fate::RefusedForGood),
    ]
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Append(i32),
    Drain,
    Answer(Fate),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2i32).prop_map(Step::Append),
        2 => Just(Step::Drain),
        2 => fate().prop_map(Step::Answer),
    ]
}

proptest! {
    #[test]
    fn every_record_is_in_the_log_once_and_in_order_or_fails(
        steps in proptest::collection::vec(step(), 1..250),
        patience in prop_oneof![Just(1_000_000u32), 5..150u32],
    ) {
        let mut accumulator = accumulator(Limits {
            delivery_timeout: MS * patience,
            ..limits()
        });
        let mut logs: BTreeMap<i32, Log> = [(0, Log::default()), (1, Log::default())].into();
        let mut wire: VecDeque<Batch> = VecDeque::new();
        let mut deliveries: Vec<(i32, String, Delivery)> = Vec::new();
        let mut now = MS;
        let mut answer = |accumulator: &mut Accumulator, batch: Option<Batch>, fate: Fate, now: Duration| {
            let Some(mut batch) = batch else { return };
            let log = logs.get_mut(&batch.partition.partition).unwrap();
            let code = match fate {
                Fate::Fine => match log.append(&mut batch) {
                    Ok(offset) => {
                        accumulator.acknowledge(batch, acked(offset));
                        return;
                    }
                    Err(code) => code,
                },
                Fate::AnswerLost | Fate::NeverArrives => {
                    if matches!(fate, Fate::AnswerLost) {
                        let _ = log.append(&mut batch);
                    }
                    accumulator.reject(batch, lost(), now, MS);
                    return;
                }
                Fate::NotLeader => ErrorCode::NotLeaderOrFollower,
                Fate::RefusedForGood => ErrorCode::InvalidRecord,
            };
            let error = refusal(&batch, code);
            accumulator.reject(batch, error, now, MS);
        };
        for (i, step) in steps.into_iter().enumerate() {
            now += MS;
            accumulator.expire(now);
            accumulator.expire_in_flight(now);
            match step {
                Step::Append(partition) => {
                    let value = format!("record {i}");
                    let delivery = append(&mut accumulator, partition, &value, now);
                    deliveries.push((partition, value, delivery));
                }
                // Five requests on their way: what a broker remembers of a producer.
                Step::Drain if wire.len() < 5 => wire.extend(drain(&mut accumulator, now)),
                Step::Drain => {}
                Step::Answer(fate) => answer(&mut accumulator, wire.pop_front(), fate, now),
            }
        }
        // From here on everything works, and everything ends.
        for _ in 0..10_000 {
            if accumulator.is_empty() {
                break;
            }
            now += MS * 10;
            accumulator.expire(now);
            accumulator.expire_in_flight(now);
            if wire.len() < 5 {
                wire.extend(drain(&mut accumulator, now));
            }
            answer(&mut accumulator, wire.pop_front(), Fate::Fine, now);
        }
        prop_assert!(accumulator.is_empty(), "stuck");
        for (partition, log) in &logs {
            let mut wanted = deliveries.iter().filter(|(p, _, _)| p == partition).map(|(_, value, _)| value);
            for record in &log.records {
                prop_assert!(wanted.any(|value| value == record), "{record} came twice or out of order");
            }
        }
        for (partition, value, delivery) in deliveries {
            match delivery.now_or_never() {
                None => prop_assert!(false, "no outcome for {value}"),
                Some(Ok(metadata)) => {
                    let log = &logs[&partition].records;
                    prop_assert!(log.contains(&value), "{value} was acknowledged");
                    if let Ok(offset) = usize::try_from(metadata.offset) {
                        prop_assert_eq!(&log[offset], &value);
                    }
                }
                Some(Err(SendError::DeliveryTimeout { .. })) => prop_assert!(patience < 1000, "nothing is that old"),
                Some(Err(error)) => prop_assert!(matches!(error, SendError::Rejected { .. } | SendError::Call(_)), "{}", error),
            }
        }
    }
}
