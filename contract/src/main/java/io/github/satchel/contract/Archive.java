package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A zip of images.
 *
 * @param label of all its images; null if it has a folder for each label
 * @param bytes its size
 * @param sha256 its digest, in lower-case hexadecimal
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Archive(@Nullable String label, String uri, int images, long bytes, String sha256) {}
