/** What the HTTP servers of this module share. */
@NullMarked
package io.github.satchel.local.http;

import org.jspecify.annotations.NullMarked;
