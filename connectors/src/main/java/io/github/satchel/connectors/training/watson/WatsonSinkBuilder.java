package io.github.satchel.connectors.training.watson;

import static org.apache.flink.util.Preconditions.checkArgument;
import static org.apache.flink.util.Preconditions.checkNotNull;

import io.github.satchel.connectors.training.credentials.Accounts;
import io.github.satchel.connectors.training.credentials.CredentialsDecrypter;
import io.github.satchel.connectors.training.credentials.CredentialsResolver;
import io.github.satchel.connectors.training.operator.TrainerFactory;
import io.github.satchel.connectors.training.operator.TrainingSinkBuilder;
import io.github.satchel.connectors.training.transport.HttpUrls;
import io.github.satchel.connectors.training.watson.WatsonOptions.FollowOptions;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link WatsonSink}. The element converter, the event sink and the credentials resolver
 * are required, the rest has defaults.
 *
 * @param <T> the elements of the stream
 */
public final class WatsonSinkBuilder<T> extends TrainingSinkBuilder<T, WatsonSinkBuilder<T>> {

  private @Nullable CredentialsResolver credentialsResolver;
  private @Nullable CredentialsDecrypter credentialsDecrypter;
  private String iamUrl = "https://iam.cloud.ibm.com";
  private String version = "2018-03-19";
  private Duration coolDown = Duration.ofMinutes(1);
  private int maxCallsPerKey = 20;
  private Duration deleteAgainAfter = Duration.ofMinutes(15);
  private boolean follow = true;
  private Duration followInterval = Duration.ofSeconds(10);
  private Duration maxFollowInterval = Duration.ofMinutes(2);
  private Duration followLimit = Duration.ofHours(2);

  WatsonSinkBuilder() {}

  @Override
  protected WatsonSinkBuilder<T> self() {
    return this;
  }

  /** Required: where credentials are found, such as a {@code CredentialsDirectory}. */
  public WatsonSinkBuilder<T> setCredentialsResolver(CredentialsResolver credentialsResolver) {
    this.credentialsResolver = checkNotNull(credentialsResolver);
    return this;
  }

  /** What opens credentials that trainings bring along. Without it, none of these are taken. */
  public WatsonSinkBuilder<T> setCredentialsDecrypter(CredentialsDecrypter credentialsDecrypter) {
    this.credentialsDecrypter = checkNotNull(credentialsDecrypter);
    return this;
  }

  /** Base url of IAM, which gives tokens for keys. Default {@code https://iam.cloud.ibm.com}. */
  public WatsonSinkBuilder<T> setIamUrl(String iamUrl) {
    this.iamUrl = checkNotNull(iamUrl);
    return this;
  }

  /** Version of the API, a date. Default {@code 2018-03-19}, the last one. */
  public WatsonSinkBuilder<T> setVersion(String version) {
    this.version = checkNotNull(version);
    return this;
  }

  /**
   * How long credentials that were full, over their limit, rejected or without a service are left
   * alone for other trainings too, if the service does not say ({@code Retry-After}). Default 1
   * min. A training for which no others are left tries them all the same.
   */
  public WatsonSinkBuilder<T> setCoolDown(Duration coolDown) {
    this.coolDown = checkNotNull(coolDown);
    return this;
  }

  /**
   * Calls at the same time under one key, of all subtasks together; but each subtask may make one.
   * Default 20.
   */
  public WatsonSinkBuilder<T> setMaxCallsPerKey(int maxCallsPerKey) {
    this.maxCallsPerKey = maxCallsPerKey;
    return this;
  }

  /**
   * When the deletion of a classifier that was replaced is repeated: one that was deleted while it
   * trained can reappear. Default 15 min.
   */
  public WatsonSinkBuilder<T> setDeleteAgainAfter(Duration deleteAgainAfter) {
    this.deleteAgainAfter = checkNotNull(deleteAgainAfter);
    return this;
  }

  /** Whether it is found out and told what becomes of classifiers. Default true. */
  public WatsonSinkBuilder<T> setFollow(boolean follow) {
    this.follow = follow;
    return this;
  }

  /**
   * Time from the upload to the first question after the classifier's status, and longest time
   * between two: it doubles. Default 10 s and 2 min.
   */
  public WatsonSinkBuilder<T> setFollowIntervals(Duration first, Duration longest) {
    this.followInterval = checkNotNull(first);
    this.maxFollowInterval = checkNotNull(longest);
    return this;
  }

  /** After which a classifier is given up that is not ready. Default 2 h. */
  public WatsonSinkBuilder<T> setFollowLimit(Duration followLimit) {
    this.followLimit = checkNotNull(followLimit);
    return this;
  }

  @Override
  protected TrainerFactory service() {
    HttpUrls.requireBase("IAM url", iamUrl);
    requireDate(version);
    requirePositive("The calls per key", maxCallsPerKey);
    requirePositive("The follow interval", followInterval.toMillis());
    requirePositive("The follow limit", followLimit.toMillis());
    checkArgument(
        maxFollowInterval.compareTo(followInterval) >= 0,
        "The longest follow interval (%s) must not be below the first one (%s)",
        maxFollowInterval,
        followInterval);
    checkArgument(!coolDown.isNegative(), "The cool-down must not be negative");
    checkArgument(
        !deleteAgainAfter.isNegative(), "The time to the second deletion must not be negative");
    CredentialsResolver resolver = required(credentialsResolver, "a credentials resolver");
    CredentialsDecrypter decrypter = credentialsDecrypter;
    WatsonOptions options =
        new WatsonOptions(
            iamUrl,
            version,
            coolDown,
            maxCallsPerKey,
            deleteAgainAfter,
            new FollowOptions(follow, followInterval, maxFollowInterval, followLimit));
    return context -> new WatsonTrainer(context, new Accounts(resolver, decrypter), options);
  }

  private static void requireDate(String version) {
    try {
      LocalDate.parse(version);
    } catch (DateTimeParseException malformed) {
      throw new IllegalArgumentException(
          "The API version must be a date like 2018-03-19, not " + version, malformed);
    }
  }
}
