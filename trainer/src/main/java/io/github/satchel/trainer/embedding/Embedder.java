package io.github.satchel.trainer.embedding;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Embeds pictures on the threads of its callers: a few embeddings, which callers take turns with,
 * behind a cache. Safe for many threads.
 */
public final class Embedder implements AutoCloseable {
  private final List<Embedding> embeddings = new ArrayList<>();
  private final BlockingQueue<Embedding> idle;
  private final EmbeddingCache cache;

  /**
   * Takes turns with these embeddings.
   *
   * @param embeddings at least one, of one network; closed with this
   */
  public Embedder(List<Embedding> embeddings, EmbeddingCache cache) {
    this.embeddings.addAll(embeddings);
    this.cache = cache;
    idle = new ArrayBlockingQueue<>(embeddings.size(), true, embeddings);
  }

  /** How many numbers a vector has. */
  public int dimensions() {
    return embeddings.get(0).dimensions();
  }

  /** The vector of a picture, from the cache or made now and kept there. */
  public float[] cached(byte[] picture)
      throws IOException, InterruptedException, UnreadablePictureException {
    String sha256 = Hash.sha256(picture);
    Optional<float[]> known = cache.get(sha256);
    if (known.isPresent()) {
      return known.get();
    }
    float[] vector = embed(picture);
    cache.put(sha256, vector);
    return vector;
  }

  /** The vector of a picture that is looked at once and not kept. */
  public float[] embed(byte[] picture) throws InterruptedException, UnreadablePictureException {
    Embedding embedding = idle.take();
    try {
      return embedding.embed(picture);
    } finally {
      idle.add(embedding);
    }
  }

  /** A small JPEG of a picture. */
  public static byte[] thumbnail(byte[] picture) throws UnreadablePictureException {
    return Embedding.thumbnail(picture);
  }

  /** Only when nobody embeds any more. */
  @Override
  public void close() {
    embeddings.forEach(Embedding::close);
  }
}
