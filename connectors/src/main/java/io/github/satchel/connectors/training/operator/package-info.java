/**
 * The Flink operator that takes trainings to their outcomes: what all training services have in
 * common.
 */
@NullMarked
package io.github.satchel.connectors.training.operator;

import org.jspecify.annotations.NullMarked;
