/** What benchmarks of the whole job run in: the job as it is deployed, and its services. */
@NullMarked
package io.github.satchel.bench.world;

import org.jspecify.annotations.NullMarked;
