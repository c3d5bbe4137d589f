/** The job on clusters of processes. */
@NullMarked
package io.github.satchel.bench.autoscaling;

import org.jspecify.annotations.NullMarked;
