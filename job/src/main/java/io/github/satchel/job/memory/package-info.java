/** Limits of what a task manager holds in memory at once. */
@NullMarked
package io.github.satchel.job.memory;

import org.jspecify.annotations.NullMarked;
