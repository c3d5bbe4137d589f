/**
 * Flink sinks that hand training data to services which make classifiers of it: services with the
 * API of Watson Visual Recognition v3 ({@link WatsonSink}), and any other by a signed POST ({@link
 * HttpTrainerSink}).
 */
@NullMarked
package io.github.satchel.connectors.training;

import org.jspecify.annotations.NullMarked;
