@NullMarked
package io.github.satchel.cli;

import org.jspecify.annotations.NullMarked;
