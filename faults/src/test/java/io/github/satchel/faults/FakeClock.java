package io.github.satchel.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells processes a wrong time, by the library libfaketime (Debian: the package of that name),
 * which answers for the system. What measures durations ({@code System.nanoTime}) stays right, as
 * it does when a clock is set.
 */
final class FakeClock {

  /** Where distributions put it. */
  private static final Optional<Path> LIBRARY =
      Stream.of("x86_64-linux-gnu/", "aarch64-linux-gnu/", "", "../lib64/", "../local/lib/")
          .map(place -> Path.of("/usr/lib/" + place + "faketime/libfaketimeMT.so.1").normalize())
          .filter(Files::exists)
          .findFirst();

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
    return LIBRARY.isPresent();
  }

  /** What a process needs that shall believe this clock; nothing without the library. */
  Map<String, String> environment() {
    return LIBRARY
        .map(
            library ->
                Map.of(
                    "LD_PRELOAD", library.toString(),
                    "FAKETIME_TIMESTAMP_FILE", offset.toString(),
                    "FAKETIME_CACHE_DURATION", "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                    // With it a thread that waits for a condition would not wait but spin.
                    "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                    "NO_FAKE_STAT", "1"))
        .orElse(Map.of());
  }

  /** From now on it is as much later than it was at first; earlier, if that is negative. */
  void jump(Duration byHowMuch) throws IOException {
    Files.writeString(offset, "%+d".formatted(byHowMuch.toSeconds()));
  }
}
