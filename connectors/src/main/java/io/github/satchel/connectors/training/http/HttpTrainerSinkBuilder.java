package io.github.satchel.connectors.training.http;

import static org.apache.flink.util.Preconditions.checkNotNull;

import io.github.satchel.connectors.training.operator.TrainerFactory;
import io.github.satchel.connectors.training.operator.TrainingSinkBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link HttpTrainerSink}. The element converter, the event sink and the endpoint resolver
 * are required, the rest has defaults.
 *
 * @param <T> the elements of the stream
 */
public final class HttpTrainerSinkBuilder<T>
    extends TrainingSinkBuilder<T, HttpTrainerSinkBuilder<T>> {

  private @Nullable HttpEndpointResolver endpointResolver;

  HttpTrainerSinkBuilder() {}

  @Override
  protected HttpTrainerSinkBuilder<T> self() {
    return this;
  }

  /** Required: where endpoints are found, such as a {@link HttpEndpointDirectory}. */
  public HttpTrainerSinkBuilder<T> setEndpointResolver(HttpEndpointResolver endpointResolver) {
    this.endpointResolver = checkNotNull(endpointResolver);
    return this;
  }

  @Override
  protected TrainerFactory service() {
    HttpEndpointResolver resolver = required(endpointResolver, "an endpoint resolver");
    return context -> new HttpTrainer(context, resolver);
  }
}
