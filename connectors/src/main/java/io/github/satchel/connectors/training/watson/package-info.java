/** The sink for services with the API of Watson Visual Recognition v3. */
@NullMarked
package io.github.satchel.connectors.training.watson;

import org.jspecify.annotations.NullMarked;
