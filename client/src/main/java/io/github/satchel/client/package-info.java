/** What a site does in Java: builds requests, writes them and follows the job's topics. */
@NullMarked
package io.github.satchel.client;

import org.jspecify.annotations.NullMarked;
