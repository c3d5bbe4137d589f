package io.github.satchel.bench;

/**
 * What one picture costs.
 *
 * @param contestant who resized
 * @param pictures in the class
 * @param cpuMillis CPU time a picture, user and system
 */
record Measurement(
    String contestant, String pictureClass, String format, int pictures, double cpuMillis) {}
