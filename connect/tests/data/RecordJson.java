// Records what JsonConverter, InsertField and ReplaceField of Apache Kafka Connect 4.3.1 make of the lines of json_cases.txt, into
// json_answers.txt. Per line: without and with schemas.enable, the bytes after reading and writing, after InsertField, after
// ReplaceField; an exception by its class.   java -cp 'JARS/*' RecordJson.java json_cases.txt json_answers.txt

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.InsertField;
import org.apache.kafka.connect.transforms.ReplaceField;
import org.apache.kafka.connect.transforms.Transformation;

public class RecordJson {
    static String written(JsonConverter converter, Schema schema, Object value) {
        byte[] bytes = converter.fromConnectData("t", schema, value);
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }

    public static void main(String[] args) throws Exception {
        JsonConverter plain = new JsonConverter();
        plain.configure(Map.of("schemas.enable", "false"), false);
        JsonConverter schemas = new JsonConverter();
        schemas.configure(Map.of(), false);
        InsertField.Value<SinkRecord> insert = new InsertField.Value<>();
        insert.configure(Map.of("topic.field", "tt", "timestamp.field", "ts!", "static.field", "st", "static.value", "v", "offset.field", "off"));
        ReplaceField.Value<SinkRecord> replace = new ReplaceField.Value<>();
        replace.configure(Map.of("exclude", "b,k3", "renames", "a:zz,k1:k9"));
        List<Transformation<SinkRecord>> transforms = List.of(insert, replace);
        try (PrintStream out = new PrintStream(args[1], StandardCharsets.UTF_8)) {
            for (String line : Files.readAllLines(Path.of(args[0]))) {
                StringBuilder answer = new StringBuilder();
                for (JsonConverter converter : List.of(plain, schemas)) {
                    try {
                        SchemaAndValue data = converter.toConnectData("t", line.getBytes(StandardCharsets.UTF_8));
                        answer.append(written(converter, data.schema(), data.value())).append('\t');
                        SinkRecord record = new SinkRecord("topic", 1, null, null, data.schema(), data.value(), 7, 99L, TimestampType.CREATE_TIME);
                        for (Transformation<SinkRecord> transform : transforms) {
                            try {
                                SinkRecord changed = transform.apply(record);
                                answer.append(written(converter, changed.valueSchema(), changed.value())).append('\t');
                            } catch (Exception error) {
                                answer.append("E:").append(error.getClass().getSimpleName()).append('\t');
                            }
                        }
                    } catch (Exception error) {
                        answer.append("E:").append(error.getClass().getSimpleName()).append('\t');
                    }
                }
                out.print(answer + "\n");
            }
        }
    }
}
