/** The job on a Flink cluster within this process. */
@NullMarked
package io.github.satchel.testkit.flink;

import org.jspecify.annotations.NullMarked;
