package io.github.satchel.connectors.watson;

/** Credentials and the name by which people know them. */
record Account(String name, Credentials credentials) {}
