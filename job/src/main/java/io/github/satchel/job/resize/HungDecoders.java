package io.github.satchel.job.resize;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Decoders of a process that did not end in time, and the pictures that they were given. A thread
 * in a decoder cannot be stopped, only its process can; so a few are left to themselves, and when
 * there are more, the process is to end. The pictures are remembered, so that each costs one thread
 * at most.
 */
final class HungDecoders {

  /** So many threads may be lost. */
  static final int MAX_RUNNING = 2;

  static final HungDecoders OF_PROCESS = new HungDecoders();

  /** As it goes into every checkpoint; there should never be a single one. */
  private static final int MAX_REMEMBERED = 100;

  private final Set<String> pictures = new LinkedHashSet<>();
  private int running;

  /** A decoder did not end on this picture in time. */
  synchronized void add(byte[] content) {
    running++;
    remember(digest(content));
  }

  /** A decoder that was added has ended after all. */
  synchronized void ended() {
    running--;
  }

  /** How many have not ended. */
  synchronized int running() {
    return running;
  }

  /** Whether a decoder did not end on this picture before. */
  boolean isKnown(byte[] content) {
    synchronized (this) {
      if (pictures.isEmpty()) {
        return false;
      }
    }
    String digest = digest(content);
    synchronized (this) {
      return pictures.contains(digest);
    }
  }

  /** Digests of the pictures. */
  synchronized List<String> pictures() {
    return List.copyOf(pictures);
  }

  /** Remembers a digest that {@link #pictures} gave. */
  synchronized void remember(String digest) {
    if (pictures.size() == MAX_REMEMBERED && !pictures.contains(digest)) {
      pictures.remove(pictures.iterator().next());
    }
    pictures.add(digest);
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
