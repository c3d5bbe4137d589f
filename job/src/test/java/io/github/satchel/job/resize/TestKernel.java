package io.github.satchel.job.resize;

import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.kernel.DecodingMemory;
import io.github.satchel.job.resize.kernel.Encoding;
import io.github.satchel.job.resize.kernel.PictureKernel;

/** A kernel that does what a test says, and makes one byte of every picture. */
final class TestKernel implements PictureKernel {

  /** What it says that it takes for any picture. */
  static final long HEAP = 500;

  static final long OFF_HEAP = 1_000;

  private final Behaviour behaviour;

  TestKernel(Behaviour behaviour) {
    this.behaviour = behaviour;
  }

  /** What happens on the thread that decodes. */
  interface Behaviour {
    void decode(byte[] picture) throws InterruptedException;
  }

  @Override
  public String name() {
    return "test";
  }

  @Override
  public DecodingMemory.Need need(PictureHeader header) {
    return new DecodingMemory.Need(HEAP, OFF_HEAP);
  }

  @Override
  public byte[] resize(byte[] content, PictureHeader header, Encoding encoding) {
    try {
      behaviour.decode(content);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new byte[1];
  }

  @Override
  public void close() {}
}
