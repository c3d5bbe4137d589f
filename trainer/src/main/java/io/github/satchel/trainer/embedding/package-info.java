/**
 * Pictures as vectors: a network of which every depthwise layer is read, and what it said before.
 */
@NullMarked
package io.github.satchel.trainer.embedding;

import org.jspecify.annotations.NullMarked;
