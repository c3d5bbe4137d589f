/** Other processes: starting them, watching what they use, and making sure that they end. */
@NullMarked
package io.github.satchel.testkit.process;

import org.jspecify.annotations.NullMarked;
