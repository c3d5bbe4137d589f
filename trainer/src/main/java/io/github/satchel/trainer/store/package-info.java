/** Classifiers on disk, so that a restart loses none and none is served half-written. */
@NullMarked
package io.github.satchel.trainer.store;

import org.jspecify.annotations.NullMarked;
