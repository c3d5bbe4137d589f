/** Certificates for the servers of this machine. */
@NullMarked
package io.github.satchel.testkit.tls;

import org.jspecify.annotations.NullMarked;
