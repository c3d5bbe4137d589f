package io.github.satchel.job.dispatch;

import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.RequestStatus;
import java.util.Arrays;
import org.apache.flink.runtime.io.network.api.writer.ResultPartitionWriter;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;

/**
 * Tells the function whether the stages behind it take more. Flink itself sees to that for input
 * but not for timers: one that sends into full buffers would block checkpoints until they are
 * empty.
 */
public final class DispatchOperator
    extends KeyedCoProcessOperator<String, AdmittedRequest, RequestStatus, ImageTask> {

  private final DispatchFunction function;

  public DispatchOperator(DispatchFunction function) {
    super(function);
    this.function = function;
  }

  @Override
  public void open() throws Exception {
    super.open();
    ResultPartitionWriter[] writers = getContainingTask().getEnvironment().getAllWriters();
    function.sendOnlyWhile(
        () -> Arrays.stream(writers).allMatch(ResultPartitionWriter::isAvailable));
  }
}
