@NullMarked
package io.github.satchel.testkit.demo;

import org.jspecify.annotations.NullMarked;
