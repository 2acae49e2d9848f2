"""confluent-kafka-python against a broker: admin, idempotent producer, group consumer, offsets by time."""

import sys
import time

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic, ResourceType

bootstrap = sys.argv[1]
admin = AdminClient({"bootstrap.servers": bootstrap})
for topic, future in admin.create_topics([NewTopic("c", 4, 1, config={"retention.ms": "60000"})]).items():
    future.result()
resource = ConfigResource(ResourceType.TOPIC, "c")
configs = admin.describe_configs([resource])[resource].result()
assert configs["retention.ms"].value == "60000", configs["retention.ms"]
for future in admin.create_partitions([NewPartitions("c", 6)]).values():
    future.result()

assert len(admin.list_topics(timeout=10).topics["c"].partitions) == 6

acked = []
producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "compression.type": "lz4", "linger.ms": 2})
start_ms = int(time.time() * 1000)


def delivered(error, message):
    assert error is None, error
    acked.append((message.partition(), message.offset(), message.value()))


for i in range(20_000):
    while True:
        try:
            producer.produce("c", key=str(i % 50), value=str(i), headers=[("h", b"1"), ("h", b"2")], on_delivery=delivered)
            break
        except BufferError:
            producer.poll(0.1)
    producer.poll(0)
assert producer.flush(30) == 0
assert len(acked) == 20_000

seen = {}
consumers = [Consumer({"bootstrap.servers": bootstrap, "group.id": "g", "auto.offset.reset": "earliest",
                       "enable.auto.commit": False, "partition.assignment.strategy": "cooperative-sticky"}) for _ in range(2)]
for consumer in consumers:
    consumer.subscribe(["c"])
end = time.time() + 60


def all_read():
    # A partition that moved while the group formed is read again by its new owner, from the beginning.
    positions = [p for c in consumers for p in c.position(c.assignment())]
    return len(seen) >= 20_000 and sum(max(p.offset, 0) for p in positions) >= 20_000


while not all_read() and time.time() < end:
    for consumer in consumers:
        for message in consumer.consume(500, 0.2):
            assert message.error() is None or message.error().code() == KafkaError._PARTITION_EOF, message.error()
            assert message.headers() == [("h", b"1"), ("h", b"2")]
            seen[(message.partition(), message.offset())] = message.value()
for consumer in consumers:
    try:
        consumer.commit(asynchronous=False)
    except Exception as e:  # a member without partitions has nothing to commit
        assert "No offset" in str(e) or "_NO_OFFSET" in str(e), e
assert seen == {(p, o): v for p, o, v in acked}, (len(seen), len(acked))
for consumer in consumers:
    consumer.close()

probe = Consumer({"bootstrap.servers": bootstrap, "group.id": "g"})
committed = probe.committed([TopicPartition("c", p) for p in range(6)])
assert sum(max(t.offset, 0) for t in committed) == 20_000, committed
by_time = probe.offsets_for_times([TopicPartition("c", p, start_ms) for p in range(6)])
assert all(t.offset in (0, -1) for t in by_time), by_time
probe.close()
groups = admin.list_consumer_groups().result()
assert [g.group_id for g in groups.valid] == ["g"], groups.valid
for future in admin.delete_consumer_groups(["g"]).values():
    future.result()
for future in admin.delete_topics(["c"]).values():
    future.result()
print("ok")
