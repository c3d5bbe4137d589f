package io.github.satchel.connectors.training;

/** Credentials and the name by which people know them. */
record Account(String name, Credentials credentials) {}
