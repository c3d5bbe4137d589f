package io.github.satchel.local.bench;

import io.github.satchel.local.flink.FlinkRest;
import io.github.satchel.local.process.JavaProcess;
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
