/** How much of the job each user and each class may take. */
@NullMarked
package io.github.satchel.job.quota;

import org.jspecify.annotations.NullMarked;
