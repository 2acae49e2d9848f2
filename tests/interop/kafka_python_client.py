"""kafka-python against a broker: it speaks the newest protocol versions (topic ids in Produce 13 and Fetch 18)."""

import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

bootstrap = sys.argv[1]
admin = KafkaAdminClient(bootstrap_servers=bootstrap)
admin.create_topics([NewTopic("k", 3, 1)])
producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type="gzip")
futures = [producer.send("k", key=str(i % 9).encode(), value=str(i).encode()) for i in range(3000)]
producer.flush()
acked = {(f.get(10).partition, f.get(10).offset) for f in futures}
assert len(acked) == 3000
consumer = KafkaConsumer("k", bootstrap_servers=bootstrap, group_id="kp", auto_offset_reset="earliest", consumer_timeout_ms=15000)
seen = set()
for message in consumer:
    seen.add((message.partition, message.offset))
    if len(seen) == 3000:
        break
assert seen == acked, (len(seen), len(acked))
consumer.commit()
assert sum(consumer.committed(TopicPartition("k", p)) or 0 for p in range(3)) == 3000
consumer.close()
print("ok")
