/** The outside world of the job in one process: Kafka, S3, a picture site and a Watson emulator. */
@NullMarked
package io.github.satchel.testkit;

import org.jspecify.annotations.NullMarked;
