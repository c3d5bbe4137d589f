/** What the tests of all modules share. */
@NullMarked
package io.github.satchel.testing;

import org.jspecify.annotations.NullMarked;
