package io.github.satchel.job.model;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import java.time.Instant;

/**
 * One image of a request, to be fetched and resized.
 *
 * @param index position of the image in its request, counted over all labels from 0
 * @param deadline when the request ends whether or not the image is there
 */
public record ImageTask(
    String requestId,
    int index,
    String label,
    ImageLocation location,
    OutputFormat format,
    Instant deadline) {}
