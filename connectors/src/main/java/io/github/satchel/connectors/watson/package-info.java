/** A Flink sink for services that speak the API of Watson Visual Recognition v3. */
@NullMarked
package io.github.satchel.connectors.watson;

import org.jspecify.annotations.NullMarked;
