@NullMarked
package io.github.satchel.trainer.head;

import org.jspecify.annotations.NullMarked;
