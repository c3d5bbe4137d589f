package io.github.satchel.job.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A project or a user that can be forgotten.
 *
 * @param digest SHA-256 of its id, in hexadecimal digits: the id itself is not kept for this
 */
public record Subject(Kind kind, String digest) {

  /** The kinds of subject. */
  public enum Kind {
    /** Requests name it as {@code projectId}. */
    PROJECT,
    /** Requests name it as {@code userId}. */
    USER
  }

  /** The project of an id. */
  public static Subject project(String id) {
    return new Subject(Kind.PROJECT, sha256(id));
  }

  /** The user of an id. */
  public static Subject user(String id) {
    return new Subject(Kind.USER, sha256(id));
  }

  /** Tells subjects apart. */
  public String key() {
    return kind + " " + digest;
  }

  private static String sha256(String id) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(id.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
