// Writes transactions of three records each, from one producer per transaction, interleaved with nothing else.
//
//   java TransactionalWriter BOOTSTRAP TOPIC PLAN    PLAN: one letter per transaction, c commit, a abort, o leave open
//
// The value of a record is the letter, the transaction's number, a dash and the record's number.

import java.util.Map;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class TransactionalWriter {
    public static void main(String[] args) throws Exception {
        String topic = args[1];
        String plan = args[2];
        for (int i = 0; i < plan.length(); i++) {
            char end = plan.charAt(i);
            Map<String, Object> config = Map.of(
                "bootstrap.servers", args[0],
                "transactional.id", topic + "-" + i,
                "key.serializer", StringSerializer.class,
                "value.serializer", StringSerializer.class);
            KafkaProducer<String, String> producer = new KafkaProducer<>(config);
            producer.initTransactions();
            producer.beginTransaction();
            for (int record = 0; record < 3; record++) {
                producer.send(new ProducerRecord<>(topic, 0, null, "" + end + i + "-" + record)).get();
            }
            if (end == 'c') {
                producer.commitTransaction();
                producer.close();
            } else if (end == 'a') {
                producer.abortTransaction();
                producer.close();
            }
            // An open one keeps its producer: closing would abort.
        }
        Runtime.getRuntime().halt(0);
    }
}
