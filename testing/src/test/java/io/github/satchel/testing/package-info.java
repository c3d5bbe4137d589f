/** Tests of what tests share. */
@NullMarked
package io.github.satchel.testing;

import org.jspecify.annotations.NullMarked;
