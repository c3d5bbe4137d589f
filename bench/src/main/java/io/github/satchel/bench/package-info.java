/** Measurements: what Satchel costs, beside its peers, on the same pictures in the same run. */
@NullMarked
package io.github.satchel.bench;

import org.jspecify.annotations.NullMarked;
