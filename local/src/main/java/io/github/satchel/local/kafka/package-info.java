/** A Kafka broker in this process. */
@NullMarked
package io.github.satchel.local.kafka;

import org.jspecify.annotations.NullMarked;
