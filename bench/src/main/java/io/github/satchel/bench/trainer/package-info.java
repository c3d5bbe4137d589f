/** What the trainer is worth on labelled pictures: accuracy, time and memory. */
@NullMarked
package io.github.satchel.bench.trainer;

import org.jspecify.annotations.NullMarked;
