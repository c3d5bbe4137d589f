package io.github.satchel.job.quota;

import io.github.satchel.job.SatchelOptions;
import java.io.Serializable;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/**
 * The quotas.
 *
 * @param user of each user
 * @param userOpen requests of a user that have no outcome yet
 * @param ofClass of all users of a class together
 */
public record QuotaSettings(Limit user, int userOpen, Limit ofClass) implements Serializable {

  /** Takes the settings of the job; what is 0 is not limited. */
  public static QuotaSettings from(ReadableConfig options) {
    return new QuotaSettings(
        new Limit(
            limit(options, SatchelOptions.QUOTA_USER_REQUESTS),
            limit(options, SatchelOptions.QUOTA_USER_PICTURES)),
        limit(options, SatchelOptions.QUOTA_USER_OPEN),
        new Limit(
            limit(options, SatchelOptions.QUOTA_CLASS_REQUESTS),
            limit(options, SatchelOptions.QUOTA_CLASS_PICTURES)));
  }

  private static int limit(ReadableConfig options, ConfigOption<Integer> option) {
    int limit = options.get(option);
    return limit == 0 ? Limit.NONE : limit;
  }

  boolean limitsUsers() {
    return user.isSet() || limitsOpen();
  }

  /** Whether it matters when a request has ended. */
  public boolean limitsOpen() {
    return userOpen != Limit.NONE;
  }
}
