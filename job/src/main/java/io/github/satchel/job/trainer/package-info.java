/**
 * Hands archives to the training service, and says what came of it in the words of the contract.
 */
@NullMarked
package io.github.satchel.job.trainer;

import org.jspecify.annotations.NullMarked;
