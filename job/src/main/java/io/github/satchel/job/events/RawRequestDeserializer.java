package io.github.satchel.job.events;

import io.github.satchel.job.model.RawRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Takes Kafka records as they are; nothing of their content can fail here. */
public final class RawRequestDeserializer implements KafkaRecordDeserializationSchema<RawRequest> {

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRequest> out) {
    List<RawRequest.Header> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      headers.add(new RawRequest.Header(header.key(), header.value()));
    }
    out.collect(
        new RawRequest(
            record.topic(),
            record.partition(),
            record.offset(),
            Instant.ofEpochMilli(record.timestamp()),
            record.key(),
            record.value(),
            headers));
  }

  @Override
  public TypeInformation<RawRequest> getProducedType() {
    return TypeInformation.of(RawRequest.class);
  }
}
