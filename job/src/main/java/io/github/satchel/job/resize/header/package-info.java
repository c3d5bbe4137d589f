/** What a picture is and how large, told from its first bytes before anything is decoded. */
@NullMarked
package io.github.satchel.job.resize.header;

import org.jspecify.annotations.NullMarked;
