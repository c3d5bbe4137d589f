/** Pictures in, pictures of the training service's size out. */
@NullMarked
package io.github.satchel.job.resize;

import org.jspecify.annotations.NullMarked;
