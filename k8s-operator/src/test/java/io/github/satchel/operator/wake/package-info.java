/** Tests of the controller that suspends an idle job. */
@NullMarked
package io.github.satchel.operator.wake;

import org.jspecify.annotations.NullMarked;
