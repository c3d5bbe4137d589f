package io.github.satchel.connectors.training;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.OperatorIOMetricGroup;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.runtime.metrics.MetricNames;
import org.apache.flink.runtime.metrics.groups.ProxyMetricGroup;

/**
 * The metrics of the event sink, in the group {@code events}: in the group of the training sink
 * every event would count as another record sent.
 */
final class EventMetricGroup extends ProxyMetricGroup<MetricGroup>
    implements SinkWriterMetricGroup, OperatorIOMetricGroup {

  private final Counter recordsIn;
  private final Counter bytesIn;
  private final Counter recordsSend;
  private final Counter recordsSendErrors;
  private final Counter bytesSend;

  EventMetricGroup(MetricGroup sink) {
    super(sink.addGroup("events"));
    recordsIn = counter(MetricNames.IO_NUM_RECORDS_IN);
    bytesIn = counter(MetricNames.IO_NUM_BYTES_IN);
    recordsSend = counter(MetricNames.NUM_RECORDS_SEND);
    recordsSendErrors = counter(MetricNames.NUM_RECORDS_SEND_ERRORS);
    bytesSend = counter(MetricNames.NUM_BYTES_SEND);
  }

  @Override
  public OperatorIOMetricGroup getIOMetricGroup() {
    return this;
  }

  @Override
  public Counter getNumRecordsInCounter() {
    return recordsIn;
  }

  @Override
  public Counter getNumRecordsOutCounter() {
    return recordsSend;
  }

  @Override
  public Counter getNumBytesInCounter() {
    return bytesIn;
  }

  @Override
  public Counter getNumBytesOutCounter() {
    return bytesSend;
  }

  @Override
  @Deprecated
  public Counter getNumRecordsOutErrorsCounter() {
    return recordsSendErrors;
  }

  @Override
  public Counter getNumRecordsSendErrorsCounter() {
    return recordsSendErrors;
  }

  @Override
  public Counter getNumRecordsSendCounter() {
    return recordsSend;
  }

  @Override
  public Counter getNumBytesSendCounter() {
    return bytesSend;
  }

  @Override
  public void setCurrentSendTimeGauge(Gauge<Long> currentSendTime) {
    gauge(MetricNames.CURRENT_SEND_TIME, currentSendTime);
  }
}
