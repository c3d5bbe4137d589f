/** Decoders, scalers and encoders of pictures: OpenCV, and Java where it cannot serve. */
@NullMarked
package io.github.satchel.job.resize.kernel;

import org.jspecify.annotations.NullMarked;
