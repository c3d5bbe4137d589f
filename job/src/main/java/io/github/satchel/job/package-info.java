/**
 * The Satchel job. Read {@link io.github.satchel.job.SatchelJob} for how it starts, {@link
 * io.github.satchel.job.SatchelTopology} for what flows where, {@link
 * io.github.satchel.job.SatchelOptions} for what can be set.
 */
@NullMarked
package io.github.satchel.job;

import org.jspecify.annotations.NullMarked;
