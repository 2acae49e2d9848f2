// Topologies in Kafka Streams itself, for comparison: the shapes of `streams/tests/streams/shapes.rs`, by the same names.
//
// describe             prints each shape's description
// ttd                  reads inputs of a shape from standard input, runs them in TopologyTestDriver, prints all it wrote
// run BOOTSTRAP DIR    starts and stops shapes on a cluster, as standard input says
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.test.TestRecord;

public class StreamsDriver {
    static final Map<String, BiConsumer<StreamsBuilder, String>> SHAPES = new LinkedHashMap<>();
    static final Produced<String, Long> COUNTS = Produced.with(Serdes.String(), Serdes.Long());
    static final HexFormat HEX = HexFormat.of();

    static Produced<Windowed<String>, Long> windowedCounts(long size) {
        return Produced.with(WindowedSerdes.timeWindowedSerdeFrom(String.class, size), Serdes.Long());
    }

    static TimeWindows tumbling(long size, long grace) {
        return TimeWindows.ofSizeAndGrace(Duration.ofMillis(size), Duration.ofMillis(grace));
    }

    static List<String> words(String line) {
        return line == null ? List.of() : Arrays.stream(line.toLowerCase(Locale.ROOT).split("\\s+")).filter(w -> !w.isEmpty()).toList();
    }

    static String first(String text) {
        return text == null || text.isEmpty() ? "" : text.substring(0, 1);
    }

    static KGroupedStream<String, String> byFirst(KStream<String, String> stream) {
        return stream.groupBy((k, v) -> v == null ? null : first(v));
    }

    static {
        SHAPES.put("word-count", (b, out) -> b.<byte[], String>stream("lines", Consumed.with(Serdes.ByteArray(), Serdes.String()))
            .flatMapValues(StreamsDriver::words)
            .groupBy((k, word) -> word, Grouped.with(Serdes.String(), Serdes.String()))
            .count(Materialized.as("counts")).toStream().to(out, COUNTS));
        SHAPES.put("word-count-unnamed", (b, out) -> b.<String, String>stream("lines")
            .flatMapValues(StreamsDriver::words).groupBy((k, word) -> word)
            .count().toStream().to(out, COUNTS));
        SHAPES.put("join", (b, out) -> {
            KTable<String, String> users = b.table("users");
            b.<String, String>stream("orders").join(users, (o, u) -> o + "/" + u).to(out);
        });
        SHAPES.put("left-join", (b, out) -> {
            KTable<String, String> users = b.table("users");
            b.<String, String>stream("orders").leftJoin(users, (o, u) -> o + "/" + u).to(out);
        });
        SHAPES.put("join-new-key", (b, out) -> {
            KTable<String, String> users = b.table("users");
            b.<String, String>stream("events")
                .flatMap((k, v) -> v == null ? List.<KeyValue<String, String>>of() : List.of(KeyValue.pair(first(v), k + "=" + v)))
                .join(users, (o, u) -> o + "/" + u).to(out);
        });
        SHAPES.put("join-filtered-table", (b, out) -> {
            KTable<String, String> users = b.<String, String>table("users").filter((k, v) -> !v.contains("a")).mapValues(v -> "<" + v + ">");
            b.<String, String>stream("orders").leftJoin(users, (o, u) -> o + "/" + u).to(out);
        });
        SHAPES.put("join-twice", (b, out) -> {
            KTable<String, String> users = b.table("users");
            KTable<String, String> events = b.table("events");
            b.<String, String>stream("orders").join(users, (o, u) -> o + "/" + u)
                .leftJoin(events, (o, e) -> o + "/" + e).to(out);
        });
        SHAPES.put("join-aggregated", (b, out) -> {
            KTable<String, Long> counts = b.<String, String>stream("events").groupByKey().count();
            b.<String, String>stream("orders").leftJoin(counts, (o, n) -> o + "/" + n).to(out);
        });
        SHAPES.put("join-new-key-twice", (b, out) -> {
            KTable<String, String> users = b.table("users");
            KStream<String, String> moved = b.<String, String>stream("events")
                .flatMap((k, v) -> v == null ? List.<KeyValue<String, String>>of() : List.of(KeyValue.pair(first(v), k + "=" + v)));
            moved.join(users, (o, u) -> o + "/" + u).to(out);
            moved.leftJoin(users, (o, u) -> o + "!" + u).to(out + "-2");
        });
        SHAPES.put("windowed-count", (b, out) -> b.<String, String>stream("events").groupByKey()
            .windowedBy(tumbling(100, 50)).count(Materialized.as("per-window")).toStream().to(out, windowedCounts(100)));
        SHAPES.put("windowed-count-new-key", (b, out) -> byFirst(b.stream("events"))
            .windowedBy(tumbling(100, 0)).count().toStream().to(out, windowedCounts(100)));
        SHAPES.put("windowed-aggregate", (b, out) -> b.<String, String>stream("events").groupByKey()
            .windowedBy(tumbling(1000, 300)).aggregate(() -> 0L, (k, v, sum) -> v == null ? sum : sum + v.length(),
                Materialized.with(Serdes.String(), Serdes.Long())).toStream().to(out, windowedCounts(1000)));
        SHAPES.put("aggregate", (b, out) -> b.<String, String>stream("events").groupByKey()
            .aggregate(() -> 0L, (k, v, sum) -> sum + v.length(), Materialized.with(Serdes.String(), Serdes.Long()))
            .toStream().to(out, COUNTS));
        SHAPES.put("aggregate-new-key", (b, out) -> byFirst(b.stream("events"))
            .aggregate(() -> "", (k, v, text) -> text.length() > 40 ? v : text + v, Materialized.as("texts"))
            .toStream().to(out));
        SHAPES.put("select-key-count", (b, out) -> b.<String, String>stream("events")
            .selectKey((k, v) -> v == null ? null : first(v)).groupByKey().count().toStream().to(out, COUNTS));
        SHAPES.put("two-counts", (b, out) -> {
            KGroupedStream<String, String> grouped = b.<String, String>stream("events").groupByKey();
            grouped.count(Materialized.as("a")).toStream().to(out, COUNTS);
            grouped.windowedBy(tumbling(500, 0)).count().toStream().to(out + "-2", windowedCounts(500));
        });
        SHAPES.put("new-key-two-counts", (b, out) -> {
            KGroupedStream<String, String> grouped = byFirst(b.stream("events"));
            grouped.count().toStream().to(out, COUNTS);
            grouped.aggregate(() -> "", (k, v, text) -> v).toStream().to(out + "-2");
        });
        SHAPES.put("stateless", (b, out) -> b.<String, String>stream("events")
            .filter((k, v) -> v != null && !v.startsWith("x"))
            .filterNot((k, v) -> v == null || v.startsWith("y"))
            .mapValues(v -> v == null ? null : v + v)
            .peek((k, v) -> { })
            .map((k, v) -> KeyValue.pair(first(v), k + ":" + v))
            .flatMap((k, v) -> List.of(KeyValue.pair(k, v), KeyValue.pair(v, k)))
            .selectKey((k, v) -> v)
            .to(out));
        SHAPES.put("map-values-nulls", (b, out) -> b.<String, String>stream("events").mapValues(v -> v == null ? null : v + "!").to(out));
        SHAPES.put("merge", (b, out) -> b.<String, String>stream("events").merge(b.stream("orders"))
            .mapValues(v -> v == null ? null : "m" + v).to(out));
        SHAPES.put("merge-count", (b, out) -> {
            KStream<String, String> moved = b.<String, String>stream("events").selectKey((k, v) -> v == null ? null : first(v));
            b.<String, String>stream("orders").merge(moved).groupByKey().count().toStream().to(out, COUNTS);
        });
        SHAPES.put("table", (b, out) -> b.<String, String>table("users").filter((k, v) -> !v.contains("b"))
            .mapValues(v -> v + "?").toStream().to(out));
        SHAPES.put("table-of-counts", (b, out) -> b.<String, String>stream("events").groupByKey().count()
            .filter((k, n) -> n % 2 == 0).mapValues(n -> n * 10).toStream().to(out, COUNTS));
        SHAPES.put("two-steps", (b, out) -> {
            KTable<String, Long> counts = byFirst(b.stream("events")).count();
            counts.toStream().map((k, n) -> KeyValue.pair("n" + n, k)).groupByKey()
                .aggregate(() -> "", (k, v, text) -> text + v).toStream().to(out);
        });
        SHAPES.put("join-then-aggregate", (b, out) -> {
            KTable<String, String> users = b.table("users");
            b.<String, String>stream("events")
                .flatMap((k, v) -> v == null ? List.<KeyValue<String, String>>of() : List.of(KeyValue.pair(first(v), v)))
                .join(users, (e, u) -> u + e)
                .groupBy((k, v) -> first(v))
                .aggregate(() -> 0L, (k, v, sum) -> sum + v.length(), Materialized.<String, Long, org.apache.kafka.streams.state.KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>>as("sums").withValueSerde(Serdes.Long()))
                .toStream().to(out, COUNTS);
        });
    }

    static Topology topology(String shape, String out) {
        StreamsBuilder builder = new StreamsBuilder();
        // Not among the others: what it reads must be numbers.
        if (shape.equals("numbers")) {
            builder.stream("numbers", Consumed.with(Serdes.String(), Serdes.Long())).mapValues(n -> n + 1)
                .to(out, Produced.with(Serdes.String(), Serdes.Long()));
            return builder.build();
        }
        // Not among the others: what it joins must not fit.
        if (shape.equals("uneven")) {
            KTable<String, String> users = builder.table("users");
            builder.<String, String>stream("orders").join(users, (o, u) -> o + "/" + u)
                .groupBy((k, v) -> first(v)).count().toStream().to(out, COUNTS);
            return builder.build();
        }
        SHAPES.get(shape).accept(builder, out);
        return builder.build();
    }

    static Properties config(String application, String bootstrap, Path folder) {
        Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        p.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        p.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        p.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
        p.put("auto.offset.reset", "earliest");
        return p;
    }

    static void describe() {
        for (String shape : SHAPES.keySet()) {
            String text;
            try {
                text = topology(shape, "out").describe().toString();
            } catch (RuntimeException e) {
                text = "ERROR " + e.getMessage() + "\n";
            }
            System.out.print("## " + shape + "\n" + text);
        }
    }

    static byte[] bytes(String field) {
        return field.equals("-") ? null : HEX.parseHex(field.substring(1));
    }

    static String text(byte[] bytes) {
        return bytes == null ? "-" : "x" + HEX.formatHex(bytes);
    }

    // Lines: `shape NAME`, then `TOPIC KEY VALUE TIMESTAMP [HEADER VALUE]...`, then `end`.
    static void ttd(Path folder) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        TopologyTestDriver driver = null;
        while ((line = in.readLine()) != null) {
            String[] f = line.split(" ");
            if (f[0].equals("shape")) {
                driver = new TopologyTestDriver(topology(f[1], "out"), config("app", "none:1", folder.resolve(f[1])), Instant.ofEpochMilli(0));
                System.out.println("## " + f[1]);
            } else if (f[0].equals("end")) {
                for (String topic : new TreeSet<>(driver.producedTopicNames())) {
                    var out = driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                    while (!out.isEmpty()) {
                        TestRecord<byte[], byte[]> r = out.readRecord();
                        StringBuilder s = new StringBuilder(topic + " " + text(r.key()) + " " + text(r.value()) + " " + r.timestamp());
                        for (Header h : r.headers()) {
                            s.append(" ").append(h.key()).append(" ").append(text(h.value()));
                        }
                        System.out.println(s);
                    }
                }
                driver.close();
            } else {
                RecordHeaders headers = new RecordHeaders();
                for (int i = 4; i < f.length; i += 2) {
                    headers.add(f[i], bytes(f[i + 1]));
                }
                driver.createInputTopic(f[0], new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(new TestRecord<>(bytes(f[1]), bytes(f[2]), headers, Long.parseLong(f[3])));
            }
        }
    }

    // Lines: `start SHAPE APPLICATION OUT`, `stop APPLICATION`. Answers each by a line.
    static void run(String bootstrap, Path folder) throws Exception {
        Map<String, KafkaStreams> running = new LinkedHashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        int round = 0;
        while ((line = in.readLine()) != null) {
            String[] f = line.split(" ");
            if (f[0].equals("start")) {
                // A directory of its own each time: state comes from the changelogs, not from this disk.
                Path state = Files.createDirectories(folder.resolve("state-" + round++));
                Properties p = config(f[2], bootstrap, state);
                // A join waits for the repartition topic that feeds it: without that, the outcome depends on who is faster.
                p.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, 1500);
                // Repartition topics are compared too.
                p.put("repartition.purge.interval.ms", 3600000);
                KafkaStreams streams = new KafkaStreams(topology(f[1], f[3]), p);
                streams.setUncaughtExceptionHandler(e -> {
                    StringBuilder text = new StringBuilder("failed " + f[2]);
                    for (Throwable t = e; t != null; t = t.getCause()) {
                        text.append(" ").append(t);
                    }
                    System.out.println(text.toString().replace('\n', ' '));
                    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
                });
                streams.start();
                running.put(f[2], streams);
                System.out.println("started " + f[2]);
            } else if (f[0].equals("stop")) {
                running.remove(f[1]).close(CloseOptions.timeout(Duration.ofSeconds(60))
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
                System.out.println("stopped " + f[1]);
            }
        }
        for (KafkaStreams streams : new ArrayList<>(running.values())) {
            streams.close(Duration.ofSeconds(30));
        }
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("weir-streams");
        switch (args[0]) {
            case "describe" -> describe();
            case "ttd" -> ttd(Path.of(args[1]));
            case "run" -> run(args[1], Path.of(args[2]));
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.out.flush();
        System.exit(0);
    }
}
