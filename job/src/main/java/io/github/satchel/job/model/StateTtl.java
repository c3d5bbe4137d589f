package io.github.satchel.job.model;

import java.time.Duration;
import org.apache.flink.api.common.state.StateTtlConfig;

/** The time to live of keyed state. */
public final class StateTtl {

  private StateTtl() {}

  /** State is gone so long after it was written last, from memory, disk and snapshots. */
  public static StateTtlConfig of(Duration time) {
    return StateTtlConfig.newBuilder(time)
        .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
        .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
        // Where little is written RocksDB compacts by itself once in 30 days.
        .cleanupInRocksdbCompactFilter(1_000, time)
        .cleanupFullSnapshot()
        .build();
  }
}
