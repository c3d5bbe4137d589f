/** Gets images from the web and from object storage, and from nowhere else. */
@NullMarked
package io.github.satchel.job.fetch;

import org.jspecify.annotations.NullMarked;
