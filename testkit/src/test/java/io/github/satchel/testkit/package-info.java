@NullMarked
package io.github.satchel.testkit;

import org.jspecify.annotations.NullMarked;
