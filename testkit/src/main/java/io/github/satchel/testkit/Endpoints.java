package io.github.satchel.testkit;

import java.nio.file.Path;
import java.util.List;

/**
 * Where the services listen that the job talks to, in this process or in others.
 *
 * @param bootstrapServers of Kafka
 * @param s3 URL of the S3 server
 * @param picturePorts every port that pictures are fetched from
 * @param trainer URL of the training service, which issues tokens too
 * @param credentials directory with the trainer's credentials
 */
public record Endpoints(
    String bootstrapServers,
    String s3,
    List<Integer> picturePorts,
    String trainer,
    Path credentials) {}
