/** Benchmarks of the whole job: a class that presses Train, training again, and a soak. */
@NullMarked
package io.github.satchel.bench.burst;

import org.jspecify.annotations.NullMarked;
