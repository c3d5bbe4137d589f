package io.github.satchel.job.trainer;

import io.github.satchel.connectors.training.credentials.CredentialsDecrypter;
import io.github.satchel.connectors.training.credentials.CredentialsDirectory;
import io.github.satchel.connectors.training.http.HttpEndpointDirectory;
import io.github.satchel.connectors.training.http.HttpEndpointResolver;
import io.github.satchel.connectors.training.http.HttpTrainerSink;
import io.github.satchel.connectors.training.operator.TrainingOperator;
import io.github.satchel.connectors.training.operator.TrainingSinkBuilder;
import io.github.satchel.connectors.training.watson.WatsonSink;
import io.github.satchel.connectors.training.watson.WatsonSinkBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.forget.Removal;
import io.github.satchel.job.model.PackedRequest;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.util.OutputTag;

/** The trainers as the settings want them. */
public final class Trainers {

  private Trainers() {}

  /**
   * The trainer of archives that go to Watson.
   *
   * @param removals takes the requests whose training is undone
   */
  public static TrainingOperator<PackedRequest, Event> watson(
      Configuration options, OutputTag<Removal> removals) {
    WatsonSinkBuilder<PackedRequest> watson = WatsonSink.builder();
    decrypter(options).ifPresent(watson::setCredentialsDecrypter);
    watson
        .setCredentialsResolver(
            new CredentialsDirectory(options.get(SatchelOptions.CREDENTIALS_DIR)))
        .setIamUrl(options.get(SatchelOptions.WATSON_IAM_URL))
        .setCoolDown(options.get(SatchelOptions.WATSON_COOL_DOWN))
        .setMaxCallsPerKey(options.get(SatchelOptions.WATSON_MAX_CALLS_PER_KEY))
        .setDeleteAgainAfter(options.get(SatchelOptions.WATSON_DELETE_AGAIN_AFTER))
        .setFollow(options.get(SatchelOptions.WATSON_FOLLOW))
        .setFollowIntervals(
            options.get(SatchelOptions.WATSON_FOLLOW_INTERVAL),
            options.get(SatchelOptions.WATSON_FOLLOW_MAX_INTERVAL))
        .setFollowLimit(options.get(SatchelOptions.WATSON_FOLLOW_LIMIT))
        .setRemember(options.get(SatchelOptions.FORGET_REMEMBER));
    return trainer(watson, options, removals);
  }

  /**
   * What opens credentials that come in a request; empty if there is no key set.
   *
   * @throws IllegalConfigurationException if they could be used nowhere
   */
  public static Optional<CredentialsDecrypter> decrypter(Configuration options) {
    String keySet = options.get(SatchelOptions.CREDENTIALS_KEY_SET);
    if (keySet == null) {
      return Optional.empty();
    }
    List<String> origins = options.get(SatchelOptions.CREDENTIALS_ALLOWED_ORIGINS);
    String key = SatchelOptions.CREDENTIALS_ALLOWED_ORIGINS.key();
    if (origins.isEmpty()) {
      throw new IllegalConfigurationException(
          key + ": empty, so that credentials.key-set is of no use; name at least one origin");
    }
    try {
      return Optional.of(new CredentialsDecrypter(keySet, origins));
    } catch (IllegalArgumentException e) {
      throw new IllegalConfigurationException(key + ": " + e.getMessage(), e);
    }
  }

  /**
   * The trainer of archives that go to an endpoint.
   *
   * @param removals takes the requests that are forgotten, once they are not on their way any more
   */
  public static TrainingOperator<PackedRequest, Event> http(
      Configuration options, HttpEndpointResolver endpoints, OutputTag<Removal> removals) {
    return trainer(
        HttpTrainerSink.<PackedRequest>builder().setEndpointResolver(endpoints), options, removals);
  }

  private static <B extends TrainingSinkBuilder<PackedRequest, B>>
      TrainingOperator<PackedRequest, Event> trainer(
          B trainer, Configuration options, OutputTag<Removal> removals) {
    return trainer
        .setElementConverter(new PackedRequestConverter())
        .setMaxHeapBytes(options.get(SatchelOptions.ARCHIVES_INLINE_MEMORY).getBytes())
        .setMaxConcurrentUploads(options.get(SatchelOptions.TRAINER_MAX_UPLOADS))
        .setMaxUploadBytes(options.get(SatchelOptions.TRAINER_MAX_UPLOAD_SIZE).getBytes())
        .setProgressInterval(options.get(SatchelOptions.TRAINER_PROGRESS_INTERVAL))
        .setConnectTimeout(options.get(SatchelOptions.TRAINER_CONNECT_TIMEOUT))
        .setResponseTimeout(options.get(SatchelOptions.TRAINER_RESPONSE_TIMEOUT))
        .setIdleTimeout(options.get(SatchelOptions.TRAINER_IDLE_TIMEOUT))
        .setUploadTimeout(options.get(SatchelOptions.TRAINER_UPLOAD_TIMEOUT))
        .setMaxAttempts(options.get(SatchelOptions.TRAINER_MAX_ATTEMPTS))
        .setKeepArchives(options.get(SatchelOptions.ARCHIVES_KEEP))
        .buildOperator(
            new TrainingEventConverter(),
            TypeInformation.of(PackedRequest.class),
            TrainingEventConverter::removal,
            removals);
  }

  /** The endpoints that requests can name. */
  public static HttpEndpointResolver endpoints(Configuration options) {
    String directory = options.get(SatchelOptions.ENDPOINTS_DIR);
    return directory == null ? name -> Optional.empty() : new HttpEndpointDirectory(directory);
  }
}
