package io.github.satchel.job.forget;

import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.cache.CacheSettings;
import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * What is removed, and where.
 *
 * @param archives directory of the archives, on a Flink file system
 * @param cache null if no pictures are cached
 * @param remember how long it is known whose a request was
 * @param underWay how long pictures of a request that has ended may still be under way
 */
public record ForgetSettings(
    String archives, @Nullable CacheSettings cache, Duration remember, Duration underWay)
    implements Serializable {

  /** Takes the settings of the job. */
  public static ForgetSettings from(ReadableConfig options) {
    return new ForgetSettings(
        options.get(SatchelOptions.ARCHIVES_DIR),
        CacheSettings.from(options),
        options.get(SatchelOptions.FORGET_REMEMBER),
        options.get(SatchelOptions.REQUEST_MAX_DEADLINE));
  }
}
