/** Which hosts and addresses may be connected to on behalf of somebody outside. */
@NullMarked
package io.github.satchel.guard.address;

import org.jspecify.annotations.NullMarked;
