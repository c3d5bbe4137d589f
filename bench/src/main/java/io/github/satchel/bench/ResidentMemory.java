package io.github.satchel.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process that is in RAM, as Linux tells it, in MB. */
final class ResidentMemory {

  private ResidentMemory() {}

  static long now() throws IOException {
    return read("VmRSS:");
  }

  /** The most that it ever was. */
  static long peak() throws IOException {
    return read("VmHWM:");
  }

  private static long read(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IOException("no " + field);
  }
}
