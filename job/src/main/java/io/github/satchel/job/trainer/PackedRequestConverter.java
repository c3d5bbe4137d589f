package io.github.satchel.job.trainer;

import io.github.satchel.connectors.training.ElementConverter;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.Training.NamedCredentials;
import io.github.satchel.job.model.PackedRequest;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** What a packed request asks its receiver for. */
public final class PackedRequestConverter implements ElementConverter<PackedRequest> {

  private static final String JOURNAL = "/upload.json";

  @Override
  public Training convert(PackedRequest request) {
    Map<String, String> encrypted = request.deliverTo().encryptedCredentials();
    return new Training(
        request.requestId(),
        classifierName(request),
        request.archives().stream()
            .map(
                each ->
                    new ExampleArchive(
                        Objects.requireNonNullElse(each.archive().label(), ""),
                        each.archive().uri(),
                        each.archive().bytes(),
                        each.archive().images(),
                        each.archive().sha256(),
                        each.content()))
            .toList(),
        request.directory() + JOURNAL,
        request.deliverTo().credentials().stream()
            .map(name -> new NamedCredentials(name, encrypted.get(name)))
            .toList(),
        request.deliverTo().replaces(),
        Map.of(
            "requestId", request.requestId(),
            "projectId", request.projectId(),
            "name", request.name()));
  }

  @Override
  public PackedRequest remainder(PackedRequest request) {
    return request.remainder();
  }

  /** The window removes both, some time after it has read the outcome. */
  @Override
  public boolean isObsolete(PackedRequest request) throws IOException {
    FileSystem files = new Path(request.directory()).getFileSystem();
    return !files.exists(new Path(request.directory(), PackedRequest.DECISION))
        && !files.exists(new Path(request.directory() + JOURNAL));
  }

  @Override
  public boolean withdraws(PackedRequest request) {
    return request.forget() != null;
  }

  /**
   * The project's name, without the characters that the service refuses in names, and the request's
   * id, by which a classifier is found again whose answer was lost.
   */
  private static String classifierName(PackedRequest request) {
    return request.name().replaceAll("[$*\\-{}\\\\|/'\"`\\[\\]\\p{Cntrl}]", "_")
        + "_"
        + request.requestId();
  }
}
