// Says what Java Avro makes of schemas: one JSON request per line in, one JSON answer per line out.
//
// Request: {"refs": [text, ...], "reader": text, "writer": text}
// Answer:  {"reader": [new, stored], "writer": [new, stored], "found": [[type, message, location], ...] or null}
// where new and stored are the canonical texts, or null if that way of parsing refuses the schema, and `found` is null if
// one of the schemas is refused as new; ["error"] if the comparison itself throws.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

public class AvroOracle {
  static final ObjectMapper MAPPER = new ObjectMapper();

  record Parsed(Schema schema, String text) {}

  static Parsed parse(List<String> refs, String text, boolean asNew) {
    Schema.Parser parser =
        new Schema.Parser(asNew ? NameValidator.STRICT_VALIDATOR : NameValidator.NO_VALIDATION);
    parser.setValidateDefaults(asNew);
    try {
      List<Schema> known = new ArrayList<>();
      for (String ref : refs) {
        known.add(parser.parse(ref));
      }
      Schema schema = parser.parse(text);
      if (!asNew) {
        checkNames(schema, Collections.newSetFromMap(new IdentityHashMap<>()));
      }
      return new Parsed(schema, schema.toString(known, false));
    } catch (RuntimeException e) {
      return null;
    }
  }

  // Simple names of stored schemas may hold letters of any script.
  static void checkNames(Schema schema, Set<Schema> seen) {
    if (!seen.add(schema)) {
      return;
    }
    switch (schema.getType()) {
      case RECORD -> {
        checkName(schema.getName());
        for (Schema.Field field : schema.getFields()) {
          checkName(field.name());
          checkNames(field.schema(), seen);
        }
      }
      case ENUM -> {
        checkName(schema.getName());
        schema.getEnumSymbols().forEach(AvroOracle::checkName);
      }
      case FIXED -> checkName(schema.getName());
      case ARRAY -> checkNames(schema.getElementType(), seen);
      case MAP -> checkNames(schema.getValueType(), seen);
      case UNION -> schema.getTypes().forEach(branch -> checkNames(branch, seen));
      default -> { }
    }
  }

  static void checkName(String name) {
    if (!NameValidator.UTF_VALIDATOR.validate(name).isOK()) {
      throw new IllegalArgumentException(name);
    }
  }

  static ArrayNode found(Parsed reader, Parsed writer) {
    ArrayNode list = MAPPER.createArrayNode();
    try {
      SchemaCompatibility.checkReaderWriterCompatibility(reader.schema, writer.schema).getResult().getIncompatibilities()
          .forEach(i -> list.addArray().add(i.getType().name()).add(i.getMessage()).add(i.getLocation()));
    } catch (RuntimeException e) {
      list.removeAll();
      list.add("error");
    }
    return list;
  }

  static String text(Parsed parsed) {
    return parsed == null ? null : parsed.text;
  }

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = MAPPER.readTree(line);
      List<String> refs = new ArrayList<>();
      request.get("refs").forEach(ref -> refs.add(ref.textValue()));
      Parsed reader = parse(refs, request.get("reader").textValue(), true);
      Parsed writer = parse(refs, request.get("writer").textValue(), true);
      ObjectNode answer = MAPPER.createObjectNode();
      answer.putArray("reader").add(text(reader)).add(text(parse(refs, request.get("reader").textValue(), false)));
      answer.putArray("writer").add(text(writer)).add(text(parse(refs, request.get("writer").textValue(), false)));
      answer.set("found", reader == null || writer == null ? null : found(reader, writer));
      out.println(MAPPER.writeValueAsString(answer));
    }
    out.flush();
  }
}
