@NullMarked
package io.github.satchel.testkit.process;

import org.jspecify.annotations.NullMarked;
