/** HTTP requests that carry archives and secrets, and what their answers mean. */
@NullMarked
package io.github.satchel.connectors.training.transport;

import org.jspecify.annotations.NullMarked;
