package io.github.satchel.trainer;

import io.github.satchel.trainer.embedding.Network;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A network of one convolution with weights by chance, in ONNX's protocol buffers: enough to tell
 * colours and stripes apart, and made in a millisecond.
 */
public final class TinyNetwork {
  private static final int CHANNELS = 24;
  private static final int KERNEL = 7;

  private TinyNetwork() {}

  /** Writes it to a directory and reads it as a user's own network is read. */
  public static Network in(Path directory) throws IOException {
    Path file = directory.resolve("tiny.onnx");
    Files.write(file, bytes());
    return Network.read(file);
  }

  static byte[] bytes() {
    var random = new Random(7);
    float[] weights = new float[CHANNELS * 3 * KERNEL * KERNEL];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() / 10;
    }
    float[] bias = new float[CHANNELS];
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) random.nextGaussian() / 10;
    }
    var conv = new Message();
    conv.text(1, "picture").text(1, "weights").text(1, "bias").text(2, "map");
    conv.text(3, "conv").text(4, "Conv");
    conv.message(5, ints("kernel_shape", KERNEL, KERNEL))
        .message(5, ints("strides", KERNEL, KERNEL));
    var relu = new Message();
    relu.text(1, "map").text(2, "features").text(3, "relu").text(4, "Relu");
    var graph = new Message();
    graph.message(1, conv).message(1, relu).text(2, "tiny");
    graph.message(5, tensor("weights", weights, CHANNELS, 3, KERNEL, KERNEL));
    graph.message(5, tensor("bias", bias, CHANNELS));
    graph.message(11, value("picture", 1, 3, 224, 224));
    graph.message(12, value("features", 1, CHANNELS, 32, 32));
    var model = new Message();
    model.number(1, 8).message(7, graph).message(8, new Message().number(2, 13));
    return model.bytes();
  }

  private static Message ints(String name, long... values) {
    var attribute = new Message().text(1, name);
    for (long value : values) {
      attribute.number(8, value);
    }
    return attribute.number(20, 7); // INTS
  }

  private static Message tensor(String name, float[] values, long... dims) {
    var tensor = new Message();
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return tensor.number(2, 1).text(8, name).field(9, raw.array());
  }

  private static Message value(String name, long... dims) {
    var shape = new Message();
    for (long dim : dims) {
      shape.message(1, new Message().number(1, dim));
    }
    var type = new Message().message(1, new Message().number(1, 1).message(2, shape));
    return new Message().text(1, name).message(2, type);
  }

  /** Protocol buffers on the wire (https://protobuf.dev/programming-guides/encoding/). */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return field(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return field(field, value.bytes());
    }

    Message field(int field, byte[] value) {
      varint(((long) field << 3) | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private void varint(long value) {
      long rest = value;
      while (rest > 0x7f) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
