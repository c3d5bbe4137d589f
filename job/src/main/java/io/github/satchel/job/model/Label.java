package io.github.satchel.job.model;

import java.util.List;

/** A label that holds images. */
public record Label(String name, List<ImageLocation> images) {}
