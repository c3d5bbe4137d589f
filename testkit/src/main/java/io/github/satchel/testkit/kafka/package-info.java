/** A Kafka broker in this process. */
@NullMarked
package io.github.satchel.testkit.kafka;

import org.jspecify.annotations.NullMarked;
