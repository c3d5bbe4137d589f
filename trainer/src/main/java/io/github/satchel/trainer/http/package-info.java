/** An HTTP server with bounded threads, for the trainer and for stand-ins. */
@NullMarked
package io.github.satchel.trainer.http;

import org.jspecify.annotations.NullMarked;
