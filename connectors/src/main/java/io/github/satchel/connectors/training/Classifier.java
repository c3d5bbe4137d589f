package io.github.satchel.connectors.training;

import java.time.Instant;

/**
 * A classifier at the service.
 *
 * @param id what the service calls it; may hold any character, percent-encode it in a path
 * @param name the name it was created with
 * @param status {@code training}, {@code ready}, {@code failed} or {@code retraining}
 * @param created when, by the clock of the service
 * @param url where it is, without the version parameter
 * @param credentials name of the credentials it belongs to
 */
public record Classifier(
    String id, String name, String status, Instant created, String url, String credentials) {}
