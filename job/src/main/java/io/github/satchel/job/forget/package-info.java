/** Finds and removes what there is of a project or a user. */
@NullMarked
package io.github.satchel.job.forget;

import org.jspecify.annotations.NullMarked;
