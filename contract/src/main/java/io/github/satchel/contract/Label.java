package io.github.satchel.contract;

import java.util.List;

/** A label that holds images. */
public record Label(String name, List<ImageLocation> images) {}
