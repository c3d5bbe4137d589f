/**
 * Flink sinks that hand training data to services which make classifiers of it: what the caller
 * gives them, a training, and gets back, its events. The sinks are in {@code watson} and {@code
 * http}.
 */
@NullMarked
package io.github.satchel.connectors.training;

import org.jspecify.annotations.NullMarked;
