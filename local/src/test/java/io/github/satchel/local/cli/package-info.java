@NullMarked
package io.github.satchel.local.cli;

import org.jspecify.annotations.NullMarked;
