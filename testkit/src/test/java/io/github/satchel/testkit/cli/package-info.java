@NullMarked
package io.github.satchel.testkit.cli;

import org.jspecify.annotations.NullMarked;
