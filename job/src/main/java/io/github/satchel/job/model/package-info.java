/**
 * The records between the stages of the job. Each is taken by Flink's POJO serializer, so that
 * state and network formats can evolve: strings, primitives, enums, {@code Instant}, {@code
 * byte[]}, lists, maps and other records of this package, nothing else.
 */
@NullMarked
package io.github.satchel.job.model;

import org.jspecify.annotations.NullMarked;
