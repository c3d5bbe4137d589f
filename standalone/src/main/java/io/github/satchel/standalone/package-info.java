/** {@code satchel run}: the job on a Flink within this process. */
@NullMarked
package io.github.satchel.standalone;

import org.jspecify.annotations.NullMarked;
