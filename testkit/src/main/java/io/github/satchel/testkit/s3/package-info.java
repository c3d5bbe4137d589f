/** An S3 server in this process, and Flink's file system for it. */
@NullMarked
package io.github.satchel.testkit.s3;

import org.jspecify.annotations.NullMarked;
