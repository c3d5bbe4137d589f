/** What the sources of pictures have in common: settings, metrics, and what they answer with. */
@NullMarked
package io.github.satchel.job.fetch.source;

import org.jspecify.annotations.NullMarked;
