package io.github.satchel.testkit.pictures;

import java.util.concurrent.CompletableFuture;

/** An endless sequence of pictures, numbered from 0; always the same for the same seed. */
interface PictureSource {

  /** The extension of the file's name, without a dot. */
  String extension(long n);

  CompletableFuture<Picture> picture(long n);

  /** How many pictures to ask for so that nothing is left to be made on demand. */
  int distinct();

  /** A webcam's picture outside the sequence, for faults to spoil. */
  CompletableFuture<Picture> toSpoil();
}
