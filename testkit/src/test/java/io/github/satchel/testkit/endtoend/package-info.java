@NullMarked
package io.github.satchel.testkit.endtoend;

import org.jspecify.annotations.NullMarked;
