"""Stock confluent-kafka against a registry: argv[1] is its URL, argv[2] a record in hex that another serialiser wrote.

Prints the record that it serialised itself, in hex. Every assertion is what the same calls give on Confluent's registry.
"""

import sys

from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

USER = '{"type":"record","name":"User","namespace":"n","fields":[{"name":"name","type":"string"}]}'
USER2 = (
    '{"type":"record","name":"User","namespace":"n","fields":[{"name":"name","type":"string"},'
    '{"name":"age","type":"int","default":-1}]}'
)
BROKEN = '{"type":"record","name":"User","namespace":"n","fields":[{"name":"mail","type":"string"}]}'


def refused(code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except SchemaRegistryError as error:
        assert error.error_code in (code, 409), (error.error_code, error)
        return
    raise AssertionError(f"{call.__name__}{args} was not refused with {code}")


def main():
    client = SchemaRegistryClient({"url": sys.argv[1]})
    subject = "users-value"

    first = client.register_schema(subject, Schema(USER, "AVRO"))
    assert client.register_schema(subject, Schema(USER, "AVRO")) == first
    registered = client.register_schema_full_response(subject, Schema(USER2, "AVRO"))
    second = registered.schema_id
    assert second == first + 1
    assert client.get_schema(first).schema_str == USER
    assert subject in client.get_subjects()
    assert client.get_versions(subject) == [1, 2]
    assert client.get_latest_version(subject).schema_id == second
    assert client.get_version(subject, 1).schema.schema_str == USER
    found = client.lookup_schema(subject, Schema(USER, "AVRO"))
    assert (found.schema_id, found.version, found.subject) == (first, 1, subject)
    assert client.get_schema_types() == ["AVRO"]
    assert subject in client.get_subjects_by_schema_id(first)
    assert (subject, 1) in [(v.subject, v.version) for v in client.get_schema_versions(first)]

    refused(40901, client.register_schema, subject, Schema(BROKEN, "AVRO"))
    refused(42201, client.register_schema, subject, Schema("{", "AVRO"))
    refused(42201, client.register_schema, subject, Schema("{}", "JSON"))
    refused(40401, client.get_versions, "nobody")
    refused(40403, client.get_schema, 4711)
    assert client.test_compatibility(subject, Schema(USER2, "AVRO"))
    assert not client.test_compatibility(subject, Schema(BROKEN, "AVRO"), "latest")

    assert client.get_compatibility() == "BACKWARD"
    assert client.set_compatibility(subject, "NONE")["compatibility"] == "NONE"
    assert client.get_compatibility(subject) == "NONE"
    assert client.test_compatibility(subject, Schema(BROKEN, "AVRO"))
    client.set_compatibility(subject, "BACKWARD")
    assert client.get_config(subject).compatibility_level == "BACKWARD"
    client.delete_config(subject)
    assert client.get_global_mode() == "READWRITE"

    address = '{"type":"record","name":"Address","namespace":"n","fields":[{"name":"of","type":"User"}]}'
    reference = SchemaReference("n.User", subject, 1)
    referring = client.register_schema("address", Schema(address, "AVRO", [reference]))
    assert client.get_schema(referring).references[0].subject == subject
    refused(42206, client.delete_version, subject, 1)
    assert client.get_referenced_by(subject, 1) == [referring]

    # The serialisers, with their defaults: this is what a producer and a consumer do.
    context = SerializationContext("people", MessageField.VALUE)
    record = AvroSerializer(client, USER)({"name": "Ada"}, context)
    assert record[0] == 0 and int.from_bytes(record[1:5], "big") == first
    fresh = SchemaRegistryClient({"url": sys.argv[1]})
    assert AvroDeserializer(fresh)(record, context) == {"name": "Ada"}
    assert AvroDeserializer(fresh, USER2)(record, context) == {"name": "Ada", "age": -1}
    assert AvroDeserializer(fresh)(bytes.fromhex(sys.argv[2]), context) == {"name": "Grace"}
    assert client.get_latest_version("people-value").schema_id == first

    assert client.delete_subject("address") == [1]
    assert client.delete_subject("address", permanent=True) == [1]
    assert client.delete_version(subject, 1) == 1
    assert client.delete_subject(subject) == [2]
    assert client.delete_subject(subject, permanent=True) == [1, 2]
    print(record.hex())


main()
