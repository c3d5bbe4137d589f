@NullMarked
package io.github.satchel.local.process;

import org.jspecify.annotations.NullMarked;
