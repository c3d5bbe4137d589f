/** Pictures from the image store. */
@NullMarked
package io.github.satchel.job.fetch.store;

import org.jspecify.annotations.NullMarked;
