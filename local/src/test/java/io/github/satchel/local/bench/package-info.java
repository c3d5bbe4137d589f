@NullMarked
package io.github.satchel.local.bench;

import org.jspecify.annotations.NullMarked;
