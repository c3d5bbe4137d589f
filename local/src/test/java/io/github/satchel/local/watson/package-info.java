@NullMarked
package io.github.satchel.local.watson;

import org.jspecify.annotations.NullMarked;
