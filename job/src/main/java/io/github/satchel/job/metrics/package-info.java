/** What the job measures. */
@NullMarked
package io.github.satchel.job.metrics;

import org.jspecify.annotations.NullMarked;
