"""Stock confluent-kafka writes Avro records to a topic and reads them back: argv is brokers, registry URL, topic."""

import sys

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

FLIGHT = (
    '{"type":"record","name":"Flight","namespace":"demo","fields":['
    '{"name":"origin","type":"string"},{"name":"delay","type":["null","int"],"default":null}]}'
)
COUNT = 200


def main():
    brokers, url, topic = sys.argv[1:4]
    registry = SchemaRegistryClient({"url": url})
    value = SerializationContext(topic, MessageField.VALUE)
    serialize = AvroSerializer(registry, FLIGHT)
    flights = [{"origin": f"A{i}", "delay": None if i % 3 == 0 else i} for i in range(COUNT)]

    failures = []
    producer = Producer({"bootstrap.servers": brokers})
    for flight in flights:
        report = lambda error, _: error and failures.append(error)
        producer.produce(topic, key=flight["origin"], value=serialize(flight, value), partition=0, on_delivery=report)
    assert producer.flush(30) == 0 and not failures, failures

    consumer = Consumer({"bootstrap.servers": brokers, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": url}))
    read = []
    for _ in range(600):
        message = consumer.poll(0.1)
        if message is not None:
            assert message.error() is None, message.error()
            read.append(deserialize(message.value(), value))
        if len(read) == COUNT:
            break
    consumer.close()
    assert read == flights, f"{len(read)} records"


main()
