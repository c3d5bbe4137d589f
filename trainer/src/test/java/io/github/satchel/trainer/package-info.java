@NullMarked
package io.github.satchel.trainer;

import org.jspecify.annotations.NullMarked;
