/** The sink that posts archives to an endpoint, signed. */
@NullMarked
package io.github.satchel.connectors.training.http;

import org.jspecify.annotations.NullMarked;
