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

/** Requests for tests: labels cat and dog. */
public final class Requests {

  public static final Instant RECEIVED_AT = Instant.parse("2026-01-02T03:04:05Z");

  private Requests() {}

  /** A valid request with that many images in each of two labels. */
  public static TrainingRequest request(String id, int images, ImageFailurePolicy policy) {
    return new TrainingRequest(
        id,
        "project-1",
        "My pets",
        List.of(label("cat", images), label("dog", images)),
        new Delivery(Delivery.Kind.WATSON, List.of("class-7"), List.of()),
        policy,
        0,
        OutputFormat.AUTO,
        RECEIVED_AT);
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
