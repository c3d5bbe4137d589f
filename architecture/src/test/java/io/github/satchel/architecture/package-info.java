@NullMarked
package io.github.satchel.architecture;

import org.jspecify.annotations.NullMarked;
