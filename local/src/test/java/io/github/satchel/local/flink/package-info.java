/** The job on clusters of processes. */
@NullMarked
package io.github.satchel.local.flink;

import org.jspecify.annotations.NullMarked;
