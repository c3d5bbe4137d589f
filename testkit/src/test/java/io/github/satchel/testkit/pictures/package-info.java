@NullMarked
package io.github.satchel.testkit.pictures;

import org.jspecify.annotations.NullMarked;
