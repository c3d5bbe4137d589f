package io.github.satchel.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The JSON Schemas of {@code docs/contract}, which the build puts on the class path. */
public final class ContractSchema {

  private static final String BASE = "https://satchel.github.io/contract/";

  private ContractSchema() {}

  /**
   * Reads a schema.
   *
   * @param file its name in {@code docs/contract}
   * @param pointer RFC 6901 pointer to a part of it, empty for the whole
   */
  public static Schema load(String file, String pointer) {
    String contract = read(file);
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas(Map.of(BASE + file, contract)))
        .getSchema(SchemaLocation.of(BASE + file + "#" + pointer));
  }

  private static String read(String resource) {
    try (InputStream in = ContractSchema.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
