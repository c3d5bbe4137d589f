@NullMarked
package io.github.satchel.testkit.report;

import org.jspecify.annotations.NullMarked;
