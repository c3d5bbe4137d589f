package io.github.satchel.testkit;

import io.github.satchel.testkit.pictures.Latency;
import io.github.satchel.testkit.pictures.PictureMix;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ServiceProcesses} are told.
 *
 * @param directory topics, objects and credentials files are kept here and found again
 * @param seed what pictures are drawn from, or drawn by
 * @param pictures the directory whose pictures the site shows, null if it draws its own
 * @param mix how often which of them, as {@link PictureMix#parse} reads it
 * @param latencyMillis how long the site takes to answer
 * @param uploadLatencyMillis how long the trainer takes to answer a create
 * @param classifiers how many classifiers the trainer's one key, {@code pool-1}, has room for
 * @param kafka where the broker listens, null if at any free port
 */
public record ServiceSettings(
    Path directory,
    long seed,
    @Nullable Path pictures,
    String mix,
    long latencyMillis,
    long uploadLatencyMillis,
    int classifiers,
    @Nullable Listener kafka) {

  /**
   * Where a broker listens.
   *
   * @param advertisedPort what it tells its clients, such as that of a proxy before it
   */
  public record Listener(int port, int advertisedPort) {}

  LocalServices.Builder services(int port) {
    var services =
        LocalServices.builder(directory)
            .ports(port, port, port, port) // of which one process starts but one
            .seed(seed)
            .latency(new Latency(Duration.ofMillis(latencyMillis), Duration.ZERO))
            .uploadLatency(Duration.ofMillis(uploadLatencyMillis))
            .watsonKeys(1, classifiers)
            .watson(trainer -> trainer.keepIn(directory.resolve("trainer")));
    if (kafka != null) {
      services.kafkaAdvertisedPort(kafka.advertisedPort());
    }
    return pictures == null ? services : services.pictures(pictures, PictureMix.parse(mix));
  }
}
