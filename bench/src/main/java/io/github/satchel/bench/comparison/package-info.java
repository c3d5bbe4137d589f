/** Rounds of the job and of a peer, in turns, and what their figures say of each other. */
@NullMarked
package io.github.satchel.bench.comparison;

import org.jspecify.annotations.NullMarked;
