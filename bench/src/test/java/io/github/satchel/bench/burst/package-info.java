@NullMarked
package io.github.satchel.bench.burst;

import org.jspecify.annotations.NullMarked;
