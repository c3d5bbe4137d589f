package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the site is told of a request; the JSON of the results topic.
 *
 * @param projectId null only in a rejection of a request that names none, and in {@link
 *     Type#FORGOTTEN}
 * @param at when it happened; the same however often the event is delivered
 * @param upload how far the upload is
 * @param deletedFirst ids of the classifiers that were deleted before the new one was created, as
 *     there was no room for both
 * @param warnings what is served but is probably a mistake
 * @param forgotten what {@link Type#FORGOTTEN} removed
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Event(
    Type type,
    String requestId,
    @Nullable String projectId,
    Instant at,
    ImageCounts images,
    @Nullable Classifier classifier,
    List<Archive> archives,
    List<Failure> failures,
    @Nullable ErrorInfo error,
    @Nullable Upload upload,
    List<String> deletedFirst,
    List<Failure> warnings,
    @Nullable Forgotten forgotten) {

  /** Every event but {@link Type#FORGOTTEN}. */
  public Event(
      Type type,
      String requestId,
      @Nullable String projectId,
      Instant at,
      ImageCounts images,
      @Nullable Classifier classifier,
      List<Archive> archives,
      List<Failure> failures,
      @Nullable ErrorInfo error,
      @Nullable Upload upload,
      List<String> deletedFirst,
      List<Failure> warnings) {
    this(
        type,
        requestId,
        projectId,
        at,
        images,
        classifier,
        archives,
        failures,
        error,
        upload,
        deletedFirst,
        warnings,
        null);
  }

  /** The kinds of event. */
  public enum Type {
    /** The request is being served. */
    @JsonProperty("accepted")
    ACCEPTED(false),
    /** Some of its images are done. */
    @JsonProperty("progress")
    PROGRESS(false),
    /** Its classifier was created. */
    @JsonProperty("uploaded")
    UPLOADED(true),
    /** Its archives are where the event says. */
    @JsonProperty("stored")
    STORED(true),
    /** It ended without a result. */
    @JsonProperty("failed")
    FAILED(true),
    /** It does not follow the contract, or is over a quota. */
    @JsonProperty("rejected")
    REJECTED(true),
    /** Whoever sent it does not want it any more, or it is to be forgotten. */
    @JsonProperty("cancelled")
    CANCELLED(true),
    /** Its archives are on their way. */
    @JsonProperty("uploading")
    UPLOADING(false),
    /** After {@link #UPLOADED}: its classifier can be used. */
    @JsonProperty("ready")
    READY(false),
    /** After {@link #UPLOADED}: the service could not train the classifier. */
    @JsonProperty("training-failed")
    TRAINING_FAILED(false),
    /** After {@link #UPLOADED}: what became of the classifier was not to be learnt in time. */
    @JsonProperty("training-unknown")
    TRAINING_UNKNOWN(false),
    /** The answer to a forget; of no request. */
    @JsonProperty("forgotten")
    FORGOTTEN(false);

    private final boolean outcome;

    Type(boolean outcome) {
      this.outcome = outcome;
    }

    /** Whether the request ends with this. */
    public boolean isOutcome() {
      return outcome;
    }
  }

  /**
   * The classifier that a request created.
   *
   * @param created by the clock of the service
   * @param credentials name of the credentials that it was created with
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Classifier(
      String id, String name, String status, Instant created, String url, String credentials) {}

  /**
   * How far an upload is.
   *
   * @param bytes of all archives
   * @param sent of them
   */
  public record Upload(long bytes, long sent) {}

  /**
   * Why a request ended without a result.
   *
   * @param retryAfterSeconds when the same can be asked for again, in seconds from now; null if the
   *     time makes no difference, or is not known
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ErrorInfo(FailureCode code, String message, @Nullable Integer retryAfterSeconds) {

    public ErrorInfo(FailureCode code, String message) {
      this(code, message, null);
    }
  }

  /**
   * What a forget removed.
   *
   * @param requests how many were forgotten
   * @param archives how many of theirs were deleted
   * @param pictures how many cached ones were deleted
   * @param classifiers how many of theirs were deleted
   * @param remaining what is not in the job's power, a sentence each
   */
  public record Forgotten(
      int requests, int archives, int pictures, int classifiers, List<String> remaining) {}

  /** The same event with other failures. */
  public Event withFailures(List<Failure> others) {
    return with(others, warnings);
  }

  /** The same event with other warnings. */
  public Event withWarnings(List<Failure> others) {
    return with(failures, others);
  }

  private Event with(List<Failure> otherFailures, List<Failure> otherWarnings) {
    return new Event(
        type,
        requestId,
        projectId,
        at,
        images,
        classifier,
        archives,
        otherFailures,
        error,
        upload,
        deletedFirst,
        otherWarnings,
        forgotten);
  }

  /** The request is being served. */
  public static Event accepted(TrainingRequest request) {
    return new Event(
        Type.ACCEPTED,
        request.requestId(),
        request.projectId(),
        request.receivedAt(),
        new ImageCounts(request.images(), 0, 0),
        null,
        List.of(),
        List.of(),
        null,
        null,
        List.of(),
        request.warnings());
  }

  /** Some of the request's images are done. */
  public static Event progress(String requestId, String projectId, ImageCounts images, Instant at) {
    return new Event(
        Type.PROGRESS,
        requestId,
        projectId,
        at,
        images,
        null,
        List.of(),
        List.of(),
        null,
        null,
        List.of(),
        List.of());
  }

  /** The request ended without a result. */
  public static Event failed(
      TrainingRequest request,
      ImageCounts images,
      List<Failure> failures,
      ErrorInfo error,
      Instant at) {
    return new Event(
        Type.FAILED,
        request.requestId(),
        request.projectId(),
        at,
        images,
        null,
        List.of(),
        failures,
        error,
        null,
        List.of(),
        List.of());
  }

  /**
   * The request ended because a cancel or a forget asked for that.
   *
   * @param error null if it was a cancel
   */
  public static Event cancelled(
      TrainingRequest request, ImageCounts images, @Nullable ErrorInfo error, Instant at) {
    return new Event(
        Type.CANCELLED,
        request.requestId(),
        request.projectId(),
        at,
        images,
        null,
        List.of(),
        List.of(),
        error,
        null,
        List.of(),
        List.of());
  }

  /**
   * A project or user is forgotten.
   *
   * @param requestId that of the forget
   */
  public static Event forgotten(String requestId, Forgotten forgotten, Instant at) {
    return new Event(
        Type.FORGOTTEN,
        requestId,
        null,
        at,
        new ImageCounts(0, 0, 0),
        null,
        List.of(),
        List.of(),
        null,
        null,
        List.of(),
        List.of(),
        forgotten);
  }

  /** The request does not follow the contract, or is over a quota. */
  public static Event rejected(
      String requestId,
      @Nullable String projectId,
      List<Failure> failures,
      ErrorInfo error,
      Instant at) {
    return new Event(
        Type.REJECTED,
        requestId,
        projectId,
        at,
        new ImageCounts(0, 0, 0),
        null,
        List.of(),
        failures,
        error,
        null,
        List.of(),
        List.of());
  }
}
