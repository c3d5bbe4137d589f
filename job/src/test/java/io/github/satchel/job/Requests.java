package io.github.satchel.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.job.model.Delivery;
import io.github.satchel.job.model.ImageFailurePolicy;
import io.github.satchel.job.model.ImageLocation;
import io.github.satchel.job.model.Json;
import io.github.satchel.job.model.Label;
import io.github.satchel.job.model.OutputFormat;
import io.github.satchel.job.model.TrainingRequest;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Requests for tests: labels cat and dog. */
public final class Requests {

  public static final Instant RECEIVED_AT = Instant.parse("2026-01-02T03:04:05Z");

  private Requests() {}

  /** A request as the site writes it, with that many images in each of two labels. */
  public static ObjectNode json(String id, int images) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    request
        .put("requestId", id)
        .put("projectId", "project-1")
        .put("classId", "class-1")
        .put("userId", "auth0|5f3c")
        .put("name", "My pets");
    ObjectNode labels = request.putObject("labels");
    for (String label : List.of("cat", "dog")) {
      ArrayNode array = labels.putArray(label);
      for (int i = 0; i < images; i++) {
        String imageId = label + "-" + i;
        array
            .addObject()
            .put("type", "download")
            .put("imageid", imageId)
            .put("url", "https://pictures.example/" + imageId + ".jpg");
      }
    }
    request.putObject("deliverTo").putObject("watson").putArray("credentials").add("class-7");
    return request;
  }

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
