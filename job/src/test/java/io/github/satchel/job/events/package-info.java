@NullMarked
package io.github.satchel.job.events;

import org.jspecify.annotations.NullMarked;
