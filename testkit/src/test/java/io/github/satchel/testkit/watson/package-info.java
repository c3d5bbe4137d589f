@NullMarked
package io.github.satchel.testkit.watson;

import org.jspecify.annotations.NullMarked;
