/**
 * A controller that suspends an idle job and resumes it for the next request. It runs in a pod of
 * its own, with the job's image, and knows nothing of the job but its topics and its deployment.
 */
@NullMarked
package io.github.satchel.operator.wake;

import org.jspecify.annotations.NullMarked;
