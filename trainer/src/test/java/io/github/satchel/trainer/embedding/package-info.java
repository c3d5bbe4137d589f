@NullMarked
package io.github.satchel.trainer.embedding;

import org.jspecify.annotations.NullMarked;
