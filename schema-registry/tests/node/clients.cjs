// Two stock JavaScript clients against a registry: argv[2] is its URL, argv[3] a record in hex that another serialiser wrote.
// Prints the record that @confluentinc/schemaregistry serialised, in hex.
const assert = require("node:assert");
const { SchemaRegistry, SchemaType, COMPATIBILITY } = require("@kafkajs/confluent-schema-registry");
const { SchemaRegistryClient, AvroSerializer, AvroDeserializer, SerdeType } = require("@confluentinc/schemaregistry");

const USER = '{"type":"record","name":"User","namespace":"n","fields":[{"name":"name","type":"string"}]}';

async function kafkajs(host) {
  const registry = new SchemaRegistry({ host });
  // Reads the subject's level and sets it before it registers.
  const schema = { type: SchemaType.AVRO, schema: USER };
  const { id } = await registry.register(schema, { subject: "js-value", compatibility: COMPATIBILITY.FULL });
  assert.equal(await registry.getLatestSchemaId("js-value"), id);
  assert.equal(await registry.getRegistryId("js-value", 1), id);
  assert.equal(await registry.getRegistryIdBySchema("js-value", schema), id);
  const record = await registry.encode(id, { name: "Ada" });
  assert.deepEqual({ ...(await registry.decode(record)) }, { name: "Ada" });
}

async function confluentinc(url, foreign) {
  const client = new SchemaRegistryClient({ baseURLs: [url] });
  const id = await client.register("people-value", { schema: USER, schemaType: "AVRO" });
  assert.deepEqual(await client.getAllVersions("people-value"), [1]);
  assert.equal(await client.testSubjectCompatibility("people-value", { schema: '"int"', schemaType: "AVRO" }), false);
  // Asks for the topic's associations before the first record; the answer must be a 404 in the API's shape.
  const serializer = new AvroSerializer(client, SerdeType.VALUE, { useLatestVersion: true });
  const record = await serializer.serialize("people", { name: "Ada" });
  assert.equal(record.readInt32BE(1), id);
  const deserializer = new AvroDeserializer(client, SerdeType.VALUE, {});
  assert.deepEqual({ ...(await deserializer.deserialize("people", record)) }, { name: "Ada" });
  assert.deepEqual({ ...(await deserializer.deserialize("people", Buffer.from(foreign, "hex"))) }, { name: "Grace" });
  await assert.rejects(client.getBySubjectAndId("people-value", 4711), (error) => error.errorCode === 40403);
  return record;
}

(async () => {
  const [url, foreign] = process.argv.slice(2);
  await kafkajs(url);
  console.log((await confluentinc(url, foreign)).toString("hex"));
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
