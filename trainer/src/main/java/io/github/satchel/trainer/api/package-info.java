/** The API of Watson Visual Recognition v3 and of IBM's IAM, whoever stands behind it. */
@NullMarked
package io.github.satchel.trainer.api;

import org.jspecify.annotations.NullMarked;
