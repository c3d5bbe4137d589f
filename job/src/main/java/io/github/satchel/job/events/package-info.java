/** What comes from Kafka and what goes there. */
@NullMarked
package io.github.satchel.job.events;

import org.jspecify.annotations.NullMarked;
