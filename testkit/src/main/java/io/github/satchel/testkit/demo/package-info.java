/** The commands that start stand-ins, and a class of pupils that presses Train. */
@NullMarked
package io.github.satchel.testkit.demo;

import org.jspecify.annotations.NullMarked;
