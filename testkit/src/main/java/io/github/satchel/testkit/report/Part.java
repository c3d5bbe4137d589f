package io.github.satchel.testkit.report;

/** What a process is to a benchmark. */
public enum Part {
  /** The job's own, or the peer's. */
  SERVING,
  /** What has to run for it: Kafka and the store. */
  NEEDED,
  /** What would be elsewhere: the site with pictures and the trainer. Counts for nobody. */
  ELSEWHERE
}
