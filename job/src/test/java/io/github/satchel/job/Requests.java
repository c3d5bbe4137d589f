package io.github.satchel.job;

import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.contract.TrainingRequest;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Requests for tests: labels cat and dog. */
public final class Requests {

  public static final Instant RECEIVED_AT = Instant.parse("2026-01-02T03:04:05Z");

  private Requests() {}

  /** A valid request with that many images in each of two labels, of nobody. */
  public static TrainingRequest request(String id, int images, ImageFailurePolicy policy) {
    return request(id, null, null, images, policy, RECEIVED_AT);
  }

  /** A valid request of a pupil, with 20 images. */
  public static TrainingRequest of(
      String id, @Nullable String classId, @Nullable String userId, Instant receivedAt) {
    return request(id, classId, userId, 10, ImageFailurePolicy.FAIL, receivedAt);
  }

  private static TrainingRequest request(
      String id,
      @Nullable String classId,
      @Nullable String userId,
      int images,
      ImageFailurePolicy policy,
      Instant receivedAt) {
    return new TrainingRequest(
        id,
        "project-1",
        classId,
        userId,
        "My pets",
        List.of(label("cat", images), label("dog", images)),
        new Delivery(Delivery.Kind.WATSON, List.of("class-7"), List.of()),
        policy,
        0,
        OutputFormat.AUTO,
        receivedAt);
  }

  private static Label label(String name, int images) {
    return new Label(
        name,
        IntStream.range(0, images)
            .mapToObj(
                i ->
                    new ImageLocation(
                        ImageLocation.Type.DOWNLOAD,
                        name + "-" + i,
                        "https://pictures.example/" + name + "-" + i + ".jpg",
                        null))
            .toList());
  }
}
