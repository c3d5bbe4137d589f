@NullMarked
package io.github.satchel.local;

import org.jspecify.annotations.NullMarked;
