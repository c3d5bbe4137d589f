package io.github.satchel.bench.world;

import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The job as it runs: on a cluster, or by itself. */
interface Deployment extends AutoCloseable {

  FlinkRest rest();

  /** Its processes. */
  List<JavaProcess> processes();

  /** The files that it writes its log to. */
  List<Path> logs() throws IOException;

  @Override
  void close() throws IOException;
}
