package io.github.satchel.testkit;

/** Which services take TLS. */
public enum Tls {
  NONE,
  /** The site with pictures, at the same port as plain HTTP. */
  PICTURES,
  /** That, the store and the trainer. */
  ALL;

  boolean secures(ServiceProcesses.Service service) {
    return switch (service) {
      case KAFKA -> false;
      case PICTURES -> this != NONE;
      case S3, TRAINER -> this == ALL;
    };
  }
}
