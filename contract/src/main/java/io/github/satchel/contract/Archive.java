package io.github.satchel.contract;

/**
 * One label's zip.
 *
 * @param bytes its size
 * @param sha256 its digest, in lower-case hexadecimal
 */
public record Archive(String label, String uri, int images, long bytes, String sha256) {}
