/**
 * Decides which requests are served: parses them, holds them against the contract, drops repeats.
 */
@NullMarked
package io.github.satchel.job.admit;

import org.jspecify.annotations.NullMarked;
