package io.github.satchel.testkit;

import io.github.satchel.testkit.pictures.PictureMix;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ServiceProcesses} are told.
 *
 * @param directory topics, objects, certificates and credentials files are kept here and found
 *     again
 * @param seed what pictures are drawn from, or drawn by
 * @param latencies how long services take to answer
 * @param classifiers how many classifiers the trainer's one key, {@code pool-1}, has room for
 * @param kafka where the broker listens, null if at any free port
 */
public record ServiceSettings(
    Path directory,
    long seed,
    Pictures pictures,
    Latencies latencies,
    Tls tls,
    int classifiers,
    @Nullable Listener kafka) {

  /**
   * The site with pictures.
   *
   * @param directory whose pictures it shows, null if it draws its own
   * @param mix how often which of them, as {@link PictureMix#parse} reads it
   * @param hosts how many hosts they are spread over
   */
  public record Pictures(@Nullable Path directory, String mix, int hosts) {

    /** Drawn ones, on one host. */
    public static final Pictures DRAWN = new Pictures(null, "", 1);
  }

  /** Milliseconds until a picture, an operation of the store and a call of the trainer answer. */
  public record Latencies(long pictures, long store, long trainer) {

    public static final Latencies NONE = new Latencies(0, 0, 0);
  }

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
            .tls(tls)
            .latencies(latencies)
            .pictureHosts(pictures.hosts())
            .watsonKeys(1, classifiers)
            .watson(trainer -> trainer.keepIn(directory.resolve("trainer")));
    if (kafka != null) {
      services.kafkaAdvertisedPort(kafka.advertisedPort());
    }
    return pictures.directory() == null
        ? services
        : services.pictures(pictures.directory(), PictureMix.parse(pictures.mix()));
  }
}
