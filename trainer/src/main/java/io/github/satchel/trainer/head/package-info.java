/**
 * The part that is trained: ridge regression on embeddings, calibrated and judged by leaving one
 * out.
 */
@NullMarked
package io.github.satchel.trainer.head;

import org.jspecify.annotations.NullMarked;
