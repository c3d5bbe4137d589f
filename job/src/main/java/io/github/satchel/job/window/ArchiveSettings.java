package io.github.satchel.job.window;

import io.github.satchel.job.SatchelOptions;
import java.io.Serializable;
import org.apache.flink.configuration.Configuration;

/**
 * Where archives are written, and how.
 *
 * @param dir on a Flink file system
 * @param keep whether the archives stay when their request is forgotten
 * @param writers requests written at once
 * @param maxAttempts how often a request's archives are tried to be written
 * @param inlineBytes archives of a request that together are no larger travel with it; 0 for none
 * @param inlineMemory bytes of such archives in the heap of a process at once
 */
public record ArchiveSettings(
    String dir, boolean keep, int writers, int maxAttempts, long inlineBytes, long inlineMemory)
    implements Serializable {

  /** Settings as {@code SatchelConfiguration} checked them. */
  public static ArchiveSettings from(Configuration options) {
    return new ArchiveSettings(
        options.get(SatchelOptions.ARCHIVES_DIR),
        options.get(SatchelOptions.ARCHIVES_KEEP),
        options.get(SatchelOptions.ARCHIVES_WRITERS),
        options.get(SatchelOptions.ARCHIVES_MAX_ATTEMPTS),
        options.get(SatchelOptions.ARCHIVES_INLINE_SIZE).getBytes(),
        options.get(SatchelOptions.ARCHIVES_INLINE_MEMORY).getBytes());
  }
}
