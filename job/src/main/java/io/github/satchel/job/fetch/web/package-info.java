/** Downloads over HTTP: sharing, limits for each host, redirects, retries and TLS. */
@NullMarked
package io.github.satchel.job.fetch.web;

import org.jspecify.annotations.NullMarked;
