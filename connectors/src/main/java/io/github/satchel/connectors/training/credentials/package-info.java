/** Where the keys of training services are found: in files, or encrypted in a training. */
@NullMarked
package io.github.satchel.connectors.training.credentials;

import org.jspecify.annotations.NullMarked;
