package io.github.satchel.faults;

import io.github.satchel.testkit.LocalServices;
import java.util.HashMap;
import java.util.Map;

/** The settings of a {@link World}: what is shipped, with times that are shorter. */
final class WorldSettings {

  static final String CHECKPOINTS = "s3://" + LocalServices.CHECKPOINTS_BUCKET;

  private WorldSettings() {}

  /** By key, those of Flink below {@code flink.} */
  static Map<String, String> of(int zooKeeperPort) {
    Map<String, String> settings = new HashMap<>();
    settings.put("request.max-deadline", "3 min");
    settings.put("request.deadline", "3 min");
    settings.put("admit.remember", "260 s");
    settings.put("forget.remember", "150 s"); // before the journals go, for which the end waits
    settings.put("fetch.timeout", "10 s");
    settings.put("fetch.dead-host-pause", "1 s");
    settings.put("trainer.response-timeout", "20 s");
    settings.put("trainer.max-attempts", "10");
    settings.put("kafka.properties", "request.timeout.ms:10000");
    settings.put("flink.high-availability.type", "zookeeper");
    settings.put("flink.high-availability.zookeeper.quorum", "127.0.0.1:" + zooKeeperPort);
    // Until then a job manager that is dead leads, as far as ZooKeeper knows.
    settings.put("flink.high-availability.zookeeper.client.session-timeout", "6 s");
    settings.put("flink.high-availability.zookeeper.client.connection-timeout", "5 s");
    settings.put("flink.high-availability.storageDir", CHECKPOINTS + "/ha");
    settings.put("flink.execution.checkpointing.dir", CHECKPOINTS + "/checkpoints");
    settings.put("flink.execution.checkpointing.interval", "3 s");
    settings.put("flink.execution.checkpointing.min-pause", "1 s");
    settings.put("flink.execution.checkpointing.timeout", "30 s");
    settings.put("flink.heartbeat.interval", "1 s");
    settings.put("flink.heartbeat.timeout", "8 s");
    settings.put("flink.restart-strategy.exponential-delay.max-backoff", "5 s");
    settings.put("flink.jobmanager.adaptive-scheduler.submission.resource-wait-timeout", "5 min");
    settings.put("flink.slot.request.timeout", "30 s");
    settings.put("flink.web.refresh-interval", "500 ms");
    settings.put("flink.metrics.fetcher.update-interval", "0 ms");
    return settings;
  }
}
