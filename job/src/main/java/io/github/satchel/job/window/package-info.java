/** Gathers the images of a request and builds its archives. */
@NullMarked
package io.github.satchel.job.window;

import org.jspecify.annotations.NullMarked;
