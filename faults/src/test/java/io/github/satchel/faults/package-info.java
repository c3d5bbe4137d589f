/** Attacks on the whole job, and the judgement of what came out of it. */
@NullMarked
package io.github.satchel.faults;

import org.jspecify.annotations.NullMarked;
