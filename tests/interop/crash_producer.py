"""Produces numbered records until standard input ends, then reads the topic back and compares."""

import sys
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition

bootstrap = sys.argv[1]
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 1, "topic.metadata.refresh.interval.ms": 1000,
                     "message.timeout.ms": 120000, "retry.backoff.ms": 20, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 100})
acked = []


def delivered(error, message):
    assert error is None, error
    acked.append((message.offset(), int(message.value())))


n = 0
while not stop.is_set():
    try:
        producer.produce("crash", value=str(n), partition=0, on_delivery=delivered)
        n += 1
    except BufferError:
        pass
    producer.poll(0.0002)
    if len(producer) > 2000:
        producer.poll(0.01)
assert producer.flush(60) == 0, "records were never acknowledged"

consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "check", "enable.partition.eof": True})
consumer.assign([TopicPartition("crash", 0, 0)])
found, end = [], time.time() + 60
while time.time() < end:
    message = consumer.poll(1)
    if message is None:
        continue
    if message.error():
        break
    found.append((message.offset(), int(message.value())))
values = [v for _, v in found]
assert values == sorted(values), "out of order"
assert len(values) == len(set(values)), "a record is there twice"
lost = set(acked) - set(found)
assert not lost, f"{len(lost)} acknowledged records are lost or moved, such as {sorted(lost)[:3]}"
print(f"acked {len(acked)}")
