@NullMarked
package io.github.satchel.local.pictures;

import org.jspecify.annotations.NullMarked;
