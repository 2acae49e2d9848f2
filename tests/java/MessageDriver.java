// Writes random instances of every message that Kafka's generator knows, and checks bytes that someone else wrote.
//
//   java MessageDriver write SEED COUNT   COUNT instances of every message in every version to standard output
//   java MessageDriver verify             reads the same format, decodes and writes each instance, compares the bytes
//
// One instance is: int16 length of the name, name, int16 version, int32 length, bytes.

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

public class MessageDriver {
    private static final String[] JARS = {
        "kafka-clients", "kafka-group-coordinator", "kafka-share-coordinator", "kafka-transaction-coordinator",
        "kafka-metadata", "kafka-storage", "kafka-raft", "kafka-streams"
    };

    public static void main(String[] args) throws Exception {
        if (args[0].equals("write")) {
            write(Long.parseLong(args[1]), Integer.parseInt(args[2]));
        } else {
            verify();
        }
    }

    private static void write(long seed, int count) throws Exception {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 20));
        for (Map.Entry<String, Class<? extends Message>> entry : messages().entrySet()) {
            Class<? extends Message> type = entry.getValue();
            Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
            Message sample = instance(type);
            for (short version = sample.lowestSupportedVersion(); version <= sample.highestSupportedVersion(); version++) {
                Random random = new Random(seed * 31 + entry.getKey().hashCode() * 131L + version);
                for (int i = 0; i < count; i++) {
                    Message message = instance(type);
                    // The first instance keeps every default.
                    if (i > 0) {
                        fill(message, schemas[version], random, 0);
                    }
                    frame(out, entry.getKey(), version, bytes(message, version));
                }
            }
        }
        out.flush();
    }

    private static void verify() throws Exception {
        Map<String, Class<? extends Message>> messages = messages();
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 20));
        int checked = 0;
        int failed = 0;
        while (true) {
            byte[] name;
            try {
                name = new byte[in.readShort()];
            } catch (EOFException end) {
                break;
            }
            in.readFully(name);
            short version = in.readShort();
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            checked++;
            String problem = check(messages.get(new String(name, StandardCharsets.UTF_8)), version, bytes);
            if (problem != null && ++failed <= 20) {
                System.out.println(new String(name, StandardCharsets.UTF_8) + " v" + version + ": " + problem);
            }
        }
        System.out.println(checked + " checked, " + failed + " failed");
    }

    private static String check(Class<? extends Message> type, short version, byte[] bytes) {
        if (type == null) {
            return "no such message";
        }
        try {
            Message message = instance(type);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            message.read(new ByteBufferAccessor(buffer), version);
            if (buffer.hasRemaining()) {
                return buffer.remaining() + " bytes left over";
            }
            byte[] again = bytes(message, version);
            int at = Arrays.mismatch(again, bytes);
            return at < 0 ? null : "differs at byte " + at;
        } catch (Exception error) {
            return error.toString();
        }
    }

    private static byte[] bytes(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return buffer.array();
    }

    private static void frame(DataOutputStream out, String name, short version, byte[] bytes) throws Exception {
        byte[] raw = name.getBytes(StandardCharsets.UTF_8);
        out.writeShort(raw.length);
        out.write(raw);
        out.writeShort(version);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Sets every field that the version's schema has. */
    private static void fill(Message message, Schema schema, Random random, int depth) throws Exception {
        int highestTag = -1;
        boolean flexible = false;
        for (BoundField bound : schema.fields()) {
            if (bound.def.type instanceof TaggedFields tagged) {
                flexible = true;
                for (Map.Entry<Integer, org.apache.kafka.common.protocol.types.Field> entry : tagged.fields().entrySet()) {
                    highestTag = Math.max(highestTag, entry.getKey());
                    if (random.nextInt(3) > 0) {
                        set(message, entry.getValue(), random, depth);
                    }
                }
            } else {
                set(message, bound.def, random, depth);
            }
        }
        if (flexible && random.nextInt(4) == 0) {
            // Above every tag that any version knows.
            int tag = 100;
            for (int i = random.nextInt(3); i >= 0; i--) {
                tag += 1 + random.nextInt(300);
                message.unknownTaggedFields().add(new RawTaggedField(tag, randomBytes(random)));
            }
        }
    }

    private static void set(Message message, org.apache.kafka.common.protocol.types.Field def, Random random, int depth)
            throws Exception {
        Field field = field(message.getClass(), def.name);
        field.set(message, value(field.getType(), field.getGenericType(), def.type, random, depth));
    }

    private static Object value(Class<?> type, java.lang.reflect.Type generic, Type schema, Random random, int depth)
            throws Exception {
        if (schema.isNullable() && random.nextInt(4) == 0) {
            return null;
        }
        if (schema.isArray()) {
            return array(type, generic, schema, random, depth);
        }
        if (Message.class.isAssignableFrom(type)) {
            Message struct = instance(type.asSubclass(Message.class));
            fill(struct, (Schema) schema, random, depth + 1);
            return struct;
        }
        if (type == boolean.class) {
            return random.nextBoolean();
        }
        long edge = edge(random);
        if (type == byte.class || type == Byte.class) {
            return (byte) edge;
        }
        if (type == short.class || type == Short.class) {
            return (short) edge;
        }
        if (type == int.class || type == Integer.class) {
            return schema == Type.UINT16 ? (int) (edge & 0xffff) : (int) edge;
        }
        if (type == long.class || type == Long.class) {
            return schema == Type.UNSIGNED_INT32 ? edge & 0xffffffffL : edge;
        }
        if (type == double.class) {
            return random.nextGaussian() * 1e9;
        }
        if (type == Uuid.class) {
            return new Uuid(random.nextLong(), random.nextLong());
        }
        if (type == String.class) {
            return string(random);
        }
        if (type == byte[].class) {
            return randomBytes(random);
        }
        if (type == ByteBuffer.class) {
            return ByteBuffer.wrap(randomBytes(random));
        }
        if (BaseRecords.class.isAssignableFrom(type)) {
            return MemoryRecords.readableRecords(ByteBuffer.wrap(randomBytes(random)));
        }
        throw new IllegalStateException("no random value for " + type);
    }

    @SuppressWarnings("unchecked")
    private static Object array(Class<?> type, java.lang.reflect.Type generic, Type schema, Random random, int depth)
            throws Exception {
        int count = random.nextInt(depth > 1 ? 3 : 5);
        Collection<Object> items;
        java.lang.reflect.Type element;
        if (type == List.class) {
            items = new ArrayList<>();
            element = ((ParameterizedType) generic).getActualTypeArguments()[0];
        } else {
            items = (Collection<Object>) type.getConstructor(int.class).newInstance(count);
            element = ((ParameterizedType) type.getGenericSuperclass()).getActualTypeArguments()[0];
        }
        for (int i = 0; i < count; i++) {
            items.add(value((Class<?>) element, element, schema.arrayElementType().get(), random, depth));
        }
        return items;
    }

    /** Small numbers, limits and anything. */
    private static long edge(Random random) {
        switch (random.nextInt(4)) {
            case 0: return random.nextInt(3) - 1;
            case 1: return random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            case 2: return random.nextInt();
            default: return random.nextLong();
        }
    }

    private static String string(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(20) == 0 ? 200 : random.nextInt(12);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(8)) {
                case 0: text.append("é"); break;
                case 1: text.append("漢"); break;
                case 2: text.appendCodePoint(0x1f600 + random.nextInt(16)); break;
                default: text.append((char) (' ' + random.nextInt(95)));
            }
        }
        return text.toString();
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(30) == 0 ? 5000 : random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A field by the name that the schema gives it: the schema says max_num_offsets, the class says maxNumOffsets. */
    private static Field field(Class<?> type, String name) throws Exception {
        String plain = name.replace("_", "");
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && field.getName().equalsIgnoreCase(plain)) {
                field.setAccessible(true);
                return field;
            }
        }
        throw new NoSuchFieldException(type + "." + name);
    }

    private static <T> T instance(Class<T> type) throws Exception {
        return type.getConstructor().newInstance();
    }

    /** Every generated message on the class path, by the name of its definition. */
    private static Map<String, Class<? extends Message>> messages() throws Exception {
        Map<String, Class<? extends Message>> found = new TreeMap<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String file = new File(path).getName();
            if (Arrays.stream(JARS).noneMatch(jar -> file.matches(jar + "-[0-9.]+\\.jar"))) {
                continue;
            }
            try (JarFile jar = new JarFile(path)) {
                for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements();) {
                    String name = entries.nextElement().getName();
                    if (!name.endsWith(".class") || name.contains("$") || !name.contains("/generated/")
                            && !name.contains("/message/") && !name.contains("/metadata/")) {
                        continue;
                    }
                    Class<?> type = Class.forName(name.replace('/', '.').substring(0, name.length() - 6), false,
                        MessageDriver.class.getClassLoader());
                    if (Message.class.isAssignableFrom(type) && !type.isInterface()) {
                        String simple = type.getSimpleName();
                        String plain = simple.replaceFirst("(Request|Response|Header)Data$", "$1");
                        found.put(plain, type.asSubclass(Message.class));
                    }
                }
            }
        }
        return found;
    }
}
