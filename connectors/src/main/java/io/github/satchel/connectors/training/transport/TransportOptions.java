package io.github.satchel.connectors.training.transport;

import java.io.Serializable;
import java.time.Duration;

/**
 * Limits of single requests.
 *
 * @param connectTimeout until a connection stands
 * @param responseTimeout from the end of a request to the end of its answer
 * @param idleTimeout without a byte of a body being accepted
 * @param uploadTimeout for a request and its answer altogether
 * @param maxConnections requests at once
 */
public record TransportOptions(
    Duration connectTimeout,
    Duration responseTimeout,
    Duration idleTimeout,
    Duration uploadTimeout,
    int maxConnections)
    implements Serializable {}
