/** A web site that draws its own pictures, good ones and bad ones. */
@NullMarked
package io.github.satchel.testkit.pictures;

import org.jspecify.annotations.NullMarked;
