package io.github.satchel.testkit.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a process uses, from Linux's {@code /proc}.
 *
 * @param rss bytes of physical memory now
 * @param peakRss the most bytes of physical memory since it was started
 * @param cpu user and system time since it was started
 */
public record ProcessUsage(long rss, long peakRss, Duration cpu) {

  /** Empty if there is no such process, or no {@code /proc}. */
  public static Optional<ProcessUsage> of(long pid) {
    Optional<Duration> cpu =
        ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration());
    try {
      List<String> status = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
      return cpu.map(
          time -> new ProcessUsage(bytes(status, "VmRSS:"), bytes(status, "VmHWM:"), time));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** That of this process; it needs {@code /proc}. */
  public static ProcessUsage ofThis() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IllegalStateException("there is no /proc"));
  }

  /** A dying process has no such lines any more. */
  private static long bytes(List<String> status, String field) {
    return status.stream()
        .filter(line -> line.startsWith(field))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
        .findFirst()
        .orElse(0);
  }
}
