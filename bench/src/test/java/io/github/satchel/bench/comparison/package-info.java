@NullMarked
package io.github.satchel.bench.comparison;

import org.jspecify.annotations.NullMarked;
