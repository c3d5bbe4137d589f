package io.github.satchel.trainer.api;

/** What a call asks for. */
public enum CallKind {
  CREATE,
  UPDATE,
  DELETE,
  /** A classifier or the list of them. */
  READ,
  /** What a picture shows. */
  CLASSIFY,
  /** A token for an API key. */
  TOKEN;

  /** Whether calls of this kind change something. */
  public boolean changes() {
    return this == CREATE || this == UPDATE || this == DELETE;
  }
}
