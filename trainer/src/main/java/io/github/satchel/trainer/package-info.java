/** A server that trains image classifiers: how it starts, and the page for a teacher. */
@NullMarked
package io.github.satchel.trainer;

import org.jspecify.annotations.NullMarked;
