/** Checks of what is deployed: the manifests for Kubernetes and Flink's settings outside of it. */
@NullMarked
package io.github.satchel.operator;

import org.jspecify.annotations.NullMarked;
