/**
 * What the site and the job agree on: requests and events as records, their JSON, and the check of
 * a request. Records that the job keeps are taken by Flink's POJO serializer, although nothing here
 * knows Flink.
 */
@NullMarked
package io.github.satchel.contract;

import org.jspecify.annotations.NullMarked;
