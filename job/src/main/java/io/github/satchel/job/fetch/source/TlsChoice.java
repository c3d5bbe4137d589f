package io.github.satchel.job.fetch.source;

/** What encrypts downloads. */
public enum TlsChoice {
  /** BoringSSL where its library loads, else the JVM's own. */
  AUTO,
  /** BoringSSL; the job fails where its library does not load. */
  NATIVE,
  /** The JVM's own. */
  JAVA
}
