package io.github.satchel.connectors.training.credentials;

/** Credentials and the name by which people know them. */
public record Account(String name, Credentials credentials) {}
