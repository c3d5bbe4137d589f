@NullMarked
package io.github.satchel.standalone;

import org.jspecify.annotations.NullMarked;
