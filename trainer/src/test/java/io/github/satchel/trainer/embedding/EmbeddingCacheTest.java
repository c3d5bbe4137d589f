package io.github.satchel.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.testing.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCacheTest {
  private static final int DIMENSIONS = 50;
  private static final long ROOM_FOR_TEN = 10L * DIMENSIONS * Short.BYTES;

  @TempDir private Path directory;
  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-27T17:00:00Z"));

  private EmbeddingCache cache() throws IOException {
    return new EmbeddingCache(directory, DIMENSIONS, ROOM_FOR_TEN, Duration.ofDays(30), clock);
  }

  private static float[] vector(float value) {
    float[] vector = new float[DIMENSIONS];
    Arrays.fill(vector, value);
    return vector;
  }

  @Test
  void aVectorComesBackWithSixteenBitsAlsoFromAnotherProcess() throws IOException {
    cache().put("a", vector(0.25f));
    assertThat(cache().get("a").orElseThrow()).containsOnly(0.25f);
    assertThat(cache().get("b")).isEmpty();
  }

  @Test
  void theOldestGoWhenThereIsNoRoomAndWhatWasUsedStays() throws IOException {
    EmbeddingCache cache = cache();
    for (int i = 0; i < 10; i++) {
      cache.put("v" + i, vector(i));
      clock.advance(Duration.ofMinutes(1));
    }
    assertThat(cache.get("v0")).isPresent();
    clock.advance(Duration.ofMinutes(1));
    cache.put("v10", vector(10));
    assertThat(cache.get("v0")).isPresent();
    assertThat(cache.get("v1")).isEmpty();
    assertThat(cache.get("v10")).isPresent();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.count()).isLessThanOrEqualTo(10);
    }
  }

  @Test
  void whatIsNotUsedForAMonthGoes() throws IOException {
    EmbeddingCache cache = cache();
    cache.put("old", vector(1));
    clock.advance(Duration.ofDays(31));
    cache.put("new", vector(2));
    assertThat(cache.get("old")).isEmpty();
    assertThat(cache.get("new")).isPresent();
  }

  @Test
  void halfAVectorIsNone() throws IOException {
    EmbeddingCache cache = cache();
    Files.write(directory.resolve("half"), new byte[10]);
    assertThat(cache.get("half")).isEmpty();
  }
}
