/** What the HTTP servers of this module share. */
@NullMarked
package io.github.satchel.testkit.http;

import org.jspecify.annotations.NullMarked;
