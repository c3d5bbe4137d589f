/** Thumbnails of Wikimedia Commons in place of its originals. */
@NullMarked
package io.github.satchel.job.fetch.wikimedia;

import org.jspecify.annotations.NullMarked;
