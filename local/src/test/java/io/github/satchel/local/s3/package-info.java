@NullMarked
package io.github.satchel.local.s3;

import org.jspecify.annotations.NullMarked;
