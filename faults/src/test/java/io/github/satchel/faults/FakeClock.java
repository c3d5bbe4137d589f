package io.github.satchel.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Tells processes a wrong time, by the library libfaketime (Debian: the package of that name),
 * which answers for the system. What measures durations ({@code System.nanoTime}) stays right, as
 * it does when a clock is set.
 */
final class FakeClock {

  private static final Path LIBRARY =
      Path.of(
          System.getProperty(
              "faults.faketime", "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"));

  private final Path offset;

  /**
   * @param directory where processes look every second what the time is
   */
  FakeClock(Path directory) throws IOException {
    offset = directory.resolve("clock");
    jump(Duration.ZERO);
  }

  /** Whether this machine has the library. */
  static boolean available() {
    return Files.exists(LIBRARY);
  }

  /** What a process needs that shall believe this clock; nothing without the library. */
  Map<String, String> environment() {
    return available()
        ? Map.of(
            "LD_PRELOAD", LIBRARY.toString(),
            "FAKETIME_TIMESTAMP_FILE", offset.toString(),
            "FAKETIME_CACHE_DURATION", "1",
            "FAKETIME_DONT_FAKE_MONOTONIC", "1",
            // With it a thread that waits for a condition would not wait but spin.
            "FAKETIME_FORCE_MONOTONIC_FIX", "0",
            "NO_FAKE_STAT", "1")
        : Map.of();
  }

  /** From now on it is as much later than it was at first; earlier, if that is negative. */
  void jump(Duration byHowMuch) throws IOException {
    Files.writeString(offset, "%+d".formatted(byHowMuch.toSeconds()));
  }
}
