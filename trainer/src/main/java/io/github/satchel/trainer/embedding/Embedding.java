package io.github.satchel.trainer.embedding;

import static org.bytedeco.opencv.global.opencv_core.CV_32F;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.REDUCE_AVG;
import static org.bytedeco.opencv.global.opencv_core.reduce;
import static org.bytedeco.opencv.global.opencv_dnn.blobFromImage;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_core.StringVector;
import org.bytedeco.opencv.opencv_dnn.Layer;
import org.bytedeco.opencv.opencv_dnn.Net;

/**
 * A picture as a vector in which pictures of one kind lie together; a network's layers, read with
 * OpenCV. An instance belongs to one thread at a time.
 *
 * <p>The vector is every activation behind a depthwise convolution and the network's last layer,
 * each averaged over its area and scaled to length 1: what few pictures have in common is more
 * often a texture or a colour, which early layers know, than a thing that the network was trained
 * on. A network without depthwise convolutions gives all of its activations.
 *
 * <p>Native memory is released as soon as a picture is done, by a {@link PointerScope}.
 */
public final class Embedding implements AutoCloseable {
  private static final int SIDE = 224;
  private static final double HALF_RANGE = 127.5;
  private static final Set<String> ACTIVATIONS =
      Set.of("ReLU", "ReLU6", "Swish", "HardSwish", "Mish", "ELU", "GELU", "Clip");
  private static final int THUMBNAIL_SIDE = 112;
  private static final int THUMBNAIL_QUALITY = 80;

  private final Net network;
  private final StringVector layers;
  private final int dimensions;

  /**
   * Loads a network that takes RGB pictures of 224 × 224 from -1 to 1.
   *
   * @throws IllegalArgumentException if OpenCV does not read it
   */
  @SuppressWarnings("try") // the resource is its effect on the thread
  Embedding(byte[] model, NetworkFormat format) {
    NativeLibrary.load();
    try (var ignored = new PointerScope()) {
      var bytes = new BytePointer(model);
      Net read =
          switch (format) {
            case TFLITE -> opencv_dnn.readNetFromTFLite(bytes, model.length);
            case ONNX -> opencv_dnn.readNetFromONNX(bytes, model.length);
          };
      read.setPreferableBackend(opencv_dnn.DNN_BACKEND_OPENCV);
      network = read.retainReference();
      layers = new StringVector(layers(read).toArray(String[]::new)).retainReference();
      dimensions = features(new Mat(SIDE, SIDE, CV_8UC3, new Scalar(0))).length;
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("OpenCV does not read the network: " + e.getMessage(), e);
    }
  }

  /** How many numbers a vector has. */
  public int dimensions() {
    return dimensions;
  }

  /**
   * The vector of a picture.
   *
   * @param picture a JPEG or PNG of any size, as a file holds it
   * @throws UnreadablePictureException if it cannot be decoded
   */
  @SuppressWarnings("try") // the resource is its effect on the thread
  public float[] embed(byte[] picture) throws UnreadablePictureException {
    try (var ignored = new PointerScope()) {
      return features(resized(picture, SIDE));
    } catch (RuntimeException e) {
      throw new UnreadablePictureException("the decoder failed: " + e.getMessage());
    }
  }

  /** A small JPEG of a picture. */
  @SuppressWarnings("try") // the resource is its effect on the thread
  static byte[] thumbnail(byte[] picture) throws UnreadablePictureException {
    try (var ignored = new PointerScope()) {
      var encoded = new BytePointer();
      imencode(
          ".jpg",
          resized(picture, THUMBNAIL_SIDE),
          encoded,
          new IntPointer(IMWRITE_JPEG_QUALITY, THUMBNAIL_QUALITY));
      byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(bytes);
      return bytes;
    } catch (RuntimeException e) {
      throw new UnreadablePictureException("the decoder failed: " + e.getMessage());
    }
  }

  private static Mat resized(byte[] picture, int side) throws UnreadablePictureException {
    Mat decoded =
        imdecode(new Mat(1, picture.length, CV_8UC1, new BytePointer(picture)), IMREAD_COLOR);
    if (decoded.empty()) {
      throw new UnreadablePictureException("the decoder refuses it");
    }
    if (decoded.cols() == side && decoded.rows() == side) {
      return decoded;
    }
    var resized = new Mat();
    resize(decoded, resized, new Size(side, side), 0, 0, INTER_AREA);
    return resized;
  }

  private float[] features(Mat picture) {
    network.setInput(
        blobFromImage(
            picture,
            1 / HALF_RANGE,
            new Size(SIDE, SIDE),
            new Scalar(HALF_RANGE, HALF_RANGE, HALF_RANGE, 0),
            true,
            false,
            CV_32F));
    var maps = new MatVector();
    network.forward(maps, layers);
    List<float[]> parts = new ArrayList<>();
    int size = 0;
    for (Mat map : maps.get()) {
      float[] part = pooled(map);
      parts.add(part);
      size += part.length;
    }
    float[] features = new float[size];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, features, at, part.length);
      at += part.length;
    }
    return features;
  }

  /** The channels of a map, 1 × channels × height × width, averaged and scaled to length 1. */
  private static float[] pooled(Mat map) {
    int channels = map.size(1);
    Mat averages = map.reshape(1, channels);
    if (averages.cols() > 1) {
      var reduced = new Mat();
      reduce(averages, reduced, 1, REDUCE_AVG, CV_32F);
      averages = reduced;
    }
    float[] values = new float[channels];
    new FloatPointer(averages.data()).get(values);
    double squares = 0;
    for (float value : values) {
      squares += value * value;
    }
    float scale = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < channels; i++) {
      values[i] *= scale;
    }
    return values;
  }

  @SuppressWarnings("deprecation") // OpenCV warns of it for what it does with indexes of layers
  private static List<String> layers(Net network) {
    StringVector names = network.getLayerNames();
    List<String> depthwise = new ArrayList<>();
    List<String> activations = new ArrayList<>();
    boolean behindDepthwise = false;
    for (long i = 0; i < names.size(); i++) {
      Layer layer = network.getLayer(network.getLayerId(names.get(i)));
      String name = text(names.get(i));
      if (ACTIVATIONS.contains(text(layer.type()))) {
        activations.add(name);
        if (behindDepthwise) {
          depthwise.add(name);
        }
      }
      behindDepthwise = isDepthwise(layer);
    }
    List<String> layers = depthwise.isEmpty() ? activations : depthwise;
    StringVector outputs = network.getUnconnectedOutLayersNames();
    for (long i = 0; i < outputs.size(); i++) {
      String output = text(outputs.get(i));
      if (!layers.contains(output)) {
        layers.add(output);
      }
    }
    return layers;
  }

  /** Weights are output channels × input channels a group × height × width. */
  private static boolean isDepthwise(Layer layer) {
    if (!text(layer.type()).equals("Convolution") || layer.blobs().empty()) {
      return false;
    }
    Mat weights = layer.blobs().get(0);
    return weights.dims() == 4 && weights.size(0) > 1 && weights.size(1) == 1;
  }

  /** JavaCPP counts the zero at the end of a C++ string. */
  private static String text(BytePointer string) {
    return string.getString().replace("\0", "");
  }

  @Override
  public void close() {
    layers.close();
    network.close();
  }
}
