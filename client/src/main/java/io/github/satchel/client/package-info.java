/** What the site does: it writes requests and follows the topics that the job writes. */
@NullMarked
package io.github.satchel.client;

import org.jspecify.annotations.NullMarked;
