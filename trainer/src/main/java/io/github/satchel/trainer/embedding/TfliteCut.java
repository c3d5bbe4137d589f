package io.github.satchel.trainer.embedding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a TensorFlow Lite network behind one of its tensors: what the tensor does not need is not
 * loaded, and not computed. A detector's heads fix the size of its input and are two fifths of its
 * work.
 *
 * <p>The file is a FlatBuffer (https://flatbuffers.dev/internals/) of the schema
 * tensorflow/lite/schema/schema.fbs. Its tables stay where they are; only the vector of operators
 * becomes shorter and that of outputs becomes the one tensor.
 */
final class TfliteCut {
  // Numbers of fields in schema.fbs.
  private static final int MODEL_SUBGRAPHS = 2;
  private static final int SUBGRAPH_TENSORS = 0;
  private static final int SUBGRAPH_OUTPUTS = 2;
  private static final int SUBGRAPH_OPERATORS = 3;
  private static final int TENSOR_NAME = 3;
  private static final int OPERATOR_INPUTS = 1;
  private static final int OPERATOR_OUTPUTS = 2;

  private final ByteBuffer file;

  private TfliteCut(byte[] file) {
    this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The network that ends at a tensor.
   *
   * @param tensor what the tensor's name starts with
   * @throws IllegalArgumentException if the file is no such network, or has no such tensor
   */
  static byte[] behind(byte[] network, String tensor) {
    byte[] copy = network.clone();
    try {
      new TfliteCut(copy).cut(tensor);
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("not a TensorFlow Lite network", e);
    }
    return copy;
  }

  private void cut(String tensor) {
    int graph = target(vector(target(0), MODEL_SUBGRAPHS) + Integer.BYTES);
    int last = tensor(graph, tensor);
    int operators = vector(graph, SUBGRAPH_OPERATORS);
    int[] tables = new int[file.getInt(operators)];
    Map<Integer, Integer> producers = new HashMap<>();
    for (int i = 0; i < tables.length; i++) {
      tables[i] = target(element(operators, i));
      for (int output : ints(tables[i], OPERATOR_OUTPUTS)) {
        producers.put(output, i);
      }
    }
    BitSet needed = needed(last, tables, producers);
    int kept = 0;
    for (int i = needed.nextSetBit(0); i >= 0; i = needed.nextSetBit(i + 1)) {
      int at = element(operators, kept++);
      file.putInt(at, tables[i] - at);
    }
    file.putInt(operators, kept);
    int outputs = vector(graph, SUBGRAPH_OUTPUTS);
    file.putInt(outputs, 1);
    file.putInt(element(outputs, 0), last);
  }

  private BitSet needed(int last, int[] tables, Map<Integer, Integer> producers) {
    var needed = new BitSet();
    Deque<Integer> tensors = new ArrayDeque<>(List.of(last));
    while (!tensors.isEmpty()) {
      Integer producer = producers.get(tensors.pop());
      if (producer != null && !needed.get(producer)) {
        needed.set(producer);
        for (int input : ints(tables[producer], OPERATOR_INPUTS)) {
          tensors.push(input);
        }
      }
    }
    return needed;
  }

  private int tensor(int graph, String start) {
    int tensors = vector(graph, SUBGRAPH_TENSORS);
    for (int i = 0; i < file.getInt(tensors); i++) {
      int name = vector(target(element(tensors, i)), TENSOR_NAME);
      byte[] text = new byte[file.getInt(name)];
      file.get(name + Integer.BYTES, text);
      if (new String(text, StandardCharsets.UTF_8).startsWith(start)) {
        return i;
      }
    }
    throw new IllegalArgumentException("the network has no tensor " + start);
  }

  /** Where the offset at a position points to. */
  private int target(int position) {
    return position + file.getInt(position);
  }

  private static int element(int vector, int index) {
    return vector + Integer.BYTES * (1 + index);
  }

  private int vector(int table, int field) {
    int vtable = table - file.getInt(table);
    int entry = 2 * Short.BYTES + Short.BYTES * field;
    int offset =
        entry < Short.toUnsignedInt(file.getShort(vtable))
            ? Short.toUnsignedInt(file.getShort(vtable + entry))
            : 0;
    if (offset == 0) {
      throw new IllegalArgumentException("not a TensorFlow Lite network");
    }
    return target(table + offset);
  }

  private int[] ints(int table, int field) {
    int vector = vector(table, field);
    int[] values = new int[file.getInt(vector)];
    for (int i = 0; i < values.length; i++) {
      values[i] = file.getInt(element(vector, i));
    }
    return values;
  }
}
