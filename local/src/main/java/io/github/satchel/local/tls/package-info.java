/** Certificates for the servers of this machine. */
@NullMarked
package io.github.satchel.local.tls;

import org.jspecify.annotations.NullMarked;
