package io.github.satchel.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Presses Train at a steady rate and, now and then, as a class that presses together. What is
 * pressed is determined by a seed: mostly requests that upload, some that store, some with a
 * picture that is missing, some that come twice, some that are none. Requests come again at any
 * time of their life, and for a while after it.
 */
final class Driver implements AutoCloseable {

  private static final int IMAGES = 10;

  /** The kind of a request that uploads, with nothing special. */
  private static final int PLAIN = 51;

  /**
   * How old a request is at most when it comes again: less than requests are remembered, also if it
   * is read late and a clock is wrong.
   */
  private static final Duration REPEATED_WITHIN = Duration.ofSeconds(100);

  /** Half of those that come again are no older, so that many are being served. */
  private static final Duration LATELY = Duration.ofSeconds(10);

  private final World world;
  private final Recorder recorder;
  private final Random random;
  private final List<Periodic> pressing = new ArrayList<>();
  private final List<Pressed> pressed = new ArrayList<>();
  private final String prefix;
  private int number;

  /** A request as it was sent. */
  private record Pressed(Instant at, String key, String value) {}

  /**
   * @param prefix of the requests' ids
   */
  Driver(World world, Recorder recorder, long seed, String prefix) {
    this.world = world;
    this.recorder = recorder;
    this.prefix = prefix;
    random = new Random(seed);
  }

  /**
   * Starts to press.
   *
   * @param period between two requests
   * @param burst how many press together, every {@code burstPeriod}
   */
  void start(Duration period, int burst, Duration burstPeriod) {
    pressing.add(new Periodic("press-again", period.dividedBy(3), this::pressAgain));
    pressing.add(new Periodic("press", period, this::press));
    pressing.add(
        new Periodic(
            "press-together",
            burstPeriod,
            () -> {
              for (int i = 0; i < burst; i++) {
                press();
              }
            }));
  }

  /** Starts to press nothing but requests that upload. */
  void startPlain(Duration period) {
    pressing.add(new Periodic("press", period, () -> press(PLAIN)));
  }

  /** Presses once, for a request that uploads and ends well, and returns its id. */
  String pressPlain() {
    return press(PLAIN);
  }

  private synchronized void pressAgain() {
    Instant now = Instant.now();
    pressed.removeIf(each -> each.at().isBefore(now.minus(REPEATED_WITHIN)));
    List<Pressed> candidates = pressed;
    if (random.nextBoolean()) {
      candidates = pressed.stream().filter(each -> each.at().isAfter(now.minus(LATELY))).toList();
    }
    if (!candidates.isEmpty()) {
      Pressed again = candidates.get(random.nextInt(candidates.size()));
      send(again.key(), again.value().getBytes(UTF_8));
    }
  }

  private synchronized void press() {
    press(random.nextInt(100));
  }

  /**
   * Presses once.
   *
   * @param kind 0 to 99
   * @return the request's id
   */
  private synchronized String press(int kind) {
    String id = prefix + "-" + ++number;
    if (kind < 3) {
      send(id, ("{\"requestId\": \"" + id + "\", \"name\": 7}").getBytes(UTF_8));
      return id;
    }
    // Some projects press again while they are served; the newer request may then take over.
    String project = "project-" + (kind % 9 == 0 ? number % 5 : number);
    RequestBuilder builder = new RequestBuilder(id, project, "pupil", "Pets");
    if (kind < 20) {
      builder.store();
    } else {
      builder.watson(World.KEY);
    }
    boolean missing = kind % 10 == 0;
    if (missing) {
      builder.onImageFailure(kind % 20 == 0 ? "skip" : "fail");
    }
    // Each its own: those who want the same picture at the same time share a download.
    long picture = number * 2L * (IMAGES + 1);
    for (String label : List.of("cat", "dog")) {
      for (int i = 0; i <= IMAGES; i++) {
        picture++;
        builder.download(
            label,
            label + "-" + i,
            missing && i == IMAGES ? world.missingPictureUrl(picture) : world.pictureUrl(picture));
      }
    }
    if (world.takeHangingPicture()) {
      builder.retrieve("cat", "hanging", HangingPicture.IMAGE);
    }
    String value = builder.json().toString();
    send(project, value.getBytes(UTF_8));
    if (kind > 94) {
      send(project, value.getBytes(UTF_8));
    }
    pressed.add(new Pressed(Instant.now(), project, value));
    return id;
  }

  private void send(String key, byte[] value) {
    recorder.send(new ProducerRecord<>(Topics.REQUESTS, key.getBytes(UTF_8), value));
  }

  /** Presses no more. */
  @Override
  public void close() {
    pressing.forEach(Periodic::close);
  }
}
