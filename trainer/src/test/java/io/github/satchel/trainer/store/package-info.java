@NullMarked
package io.github.satchel.trainer.store;

import org.jspecify.annotations.NullMarked;
