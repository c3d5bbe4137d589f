package io.github.satchel.job.model;

import java.time.Instant;
import java.util.List;

/**
 * Where a picture came from, as far as a cache has to know.
 *
 * @param key under which the resized picture is kept: digests, which tell nothing of the address
 * @param hosts {@code scheme://host:port} of every hop of the download, redirects included; none
 *     for a stored picture
 * @param checkedAt when the origin last said that the picture is like this
 */
public record Provenance(
    String key, Validators validators, List<String> hosts, Instant checkedAt) {}
