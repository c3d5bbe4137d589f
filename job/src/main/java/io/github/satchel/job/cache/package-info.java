/**
 * A cache of resized pictures, so that a pupil who trains again waits neither for the web nor for
 * the resize stage.
 */
@NullMarked
package io.github.satchel.job.cache;

import org.jspecify.annotations.NullMarked;
