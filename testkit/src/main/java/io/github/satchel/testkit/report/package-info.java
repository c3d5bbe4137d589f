/** Loads the job as it would run in production, and measures it. */
@NullMarked
package io.github.satchel.testkit.report;

import org.jspecify.annotations.NullMarked;
