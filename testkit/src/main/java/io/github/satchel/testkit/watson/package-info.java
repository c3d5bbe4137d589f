/** An emulator of Watson Visual Recognition v3, of what a trainer uses of it. */
@NullMarked
package io.github.satchel.testkit.watson;

import org.jspecify.annotations.NullMarked;
