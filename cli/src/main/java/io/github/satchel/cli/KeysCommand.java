package io.github.satchel.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.satchel.client.KeySetFile;
import io.github.satchel.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Manages keys for credentials that are encrypted in a request. */
@Command(
    name = "keys",
    description = {
      "Manages the job's key set (credentials.key-set), and encrypts credentials for a"
          + " request.",
      "Private keys stay in the key set's file, which only its owner can read; everything printed is"
          + " public."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class KeysCommand {

  @Spec private CommandSpec spec;

  @Command(
      name = "generate",
      description =
          "Adds a new key to a key set, creates the file if needed, and prints the public part.",
      mixinStandardHelpOptions = true)
  int generate(
      @Parameters(paramLabel = "FILE", description = "The key set.") Path file,
      @Option(
              names = "--kid",
              required = true,
              paramLabel = "KID",
              description = "The key's id: 1 to 64 of A-Z a-z 0-9 . _ -")
          String kid,
      @Option(
              names = "--type",
              defaultValue = "EC",
              description = "EC for ECDH-ES, or RSA for RSA-OAEP-256 (${DEFAULT-VALUE}).")
          KeySetFile.Type type)
      throws IOException {
    say(new KeySetFile(file).add(kid, type).toJSONString());
    return ExitCode.OK;
  }

  @Command(
      name = "public",
      description = "Prints the public part of each key of a key set, one a line.",
      mixinStandardHelpOptions = true)
  int publicParts(@Parameters(paramLabel = "FILE", description = "The key set.") Path file)
      throws IOException {
    for (JWK key : new KeySetFile(file).keys()) {
      say(key.toPublicJWK().toJSONString());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "remove",
      description =
          "Removes a key from a key set. Credentials encrypted for it are rejected from then on.",
      mixinStandardHelpOptions = true)
  int remove(
      @Parameters(paramLabel = "FILE", description = "The key set.") Path file,
      @Option(names = "--kid", required = true, paramLabel = "KID", description = "The key's id.")
          String kid)
      throws IOException {
    new KeySetFile(file).remove(kid);
    return ExitCode.OK;
  }

  @Command(
      name = "encrypt",
      description = "Encrypts credentials for a request and prints the compact JWE.",
      mixinStandardHelpOptions = true)
  int encrypt(
      @Parameters(
              paramLabel = "FILE",
              description = "The credentials, as in credentials.dir: {\"url\", \"apikey\"}.")
          Path file,
      @Option(
              names = "--key",
              required = true,
              paramLabel = "FILE",
              description = "A public key, as 'keys public' prints it.")
          Path keyFile,
      @Option(
              names = "--for",
              paramLabel = "ID=VALUE",
              description = "Only for requests of this projectId or requestId; may be repeated.")
          Map<String, String> bound)
      throws IOException {
    ObjectNode credentials = credentials(file);
    if (bound != null) {
      bound.forEach(credentials.putObject("for")::put);
    }
    say(KeySetFile.encrypt(publicKey(keyFile), Json.MAPPER.writeValueAsBytes(credentials)));
    return ExitCode.OK;
  }

  private static ObjectNode credentials(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    try {
      ObjectNode credentials = Json.MAPPER.readValue(content, ObjectNode.class);
      if (credentials.path("url").isTextual() && credentials.path("apikey").isTextual()) {
        return credentials;
      }
    } catch (JacksonException malformed) { // whose message may repeat the key
      // Said below.
    }
    throw new IOException(file + " does not contain credentials, {\"url\", \"apikey\"}");
  }

  private static JWK publicKey(Path file) throws IOException {
    try {
      JWK key = JWK.parse(Files.readString(file));
      boolean usable = key instanceof ECKey || key instanceof RSAKey;
      if (usable && key.getKeyID() != null && !key.isPrivate()) {
        return key;
      }
    } catch (ParseException malformed) {
      // Said below.
    }
    throw new IOException(
        file + " is not a public key, EC or RSA, with a kid; 'satchel keys public' prints them");
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
