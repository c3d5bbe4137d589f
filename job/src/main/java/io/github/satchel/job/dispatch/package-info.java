/** In which order images are served. */
@NullMarked
package io.github.satchel.job.dispatch;

import org.jspecify.annotations.NullMarked;
