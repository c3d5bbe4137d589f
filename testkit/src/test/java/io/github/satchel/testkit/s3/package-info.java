@NullMarked
package io.github.satchel.testkit.s3;

import org.jspecify.annotations.NullMarked;
