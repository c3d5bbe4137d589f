package io.github.satchel.testkit.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * A certificate authority that nobody trusts by himself, and a certificate of it for servers on the
 * loopback interface; in files, made once. Clients are told to trust it as an operator tells them:
 * a JVM and Node.js by their {@link #environment}, others by a PEM file.
 */
public final class LocalCertificates {

  /** Of the key store and of its keys. */
  public static final String PASSWORD = "local-password-of-keys";

  /** Hosts 127.0.1.1 to so many, besides 127.0.0.1 and localhost. */
  public static final int MAX_HOSTS = 64;

  /** The name of the server's key in the key store. */
  public static final String SERVER = "server";

  private static final String AUTHORITY = "authority";

  private final Path keyStore;
  private final Path authority;
  private final Path trustStore;

  private LocalCertificates(Path directory) {
    keyStore = directory.resolve("keys.p12");
    authority = directory.resolve("authority.pem");
    trustStore = directory.resolve("trusted.jks");
  }

  /** Makes the files, unless they are there. */
  public static LocalCertificates prepare(Path directory) throws IOException, InterruptedException {
    LocalCertificates certificates = new LocalCertificates(directory);
    Files.createDirectories(directory);
    if (!Files.exists(certificates.trustStore)) {
      Files.deleteIfExists(certificates.keyStore); // of a run that was killed
      certificates.makeKeys();
      certificates.writeTrusted();
    }
    return certificates;
  }

  /** Keys and certificates of a server, PKCS #12. */
  public Path keyStore() {
    return keyStore;
  }

  /** The authority's certificate, PEM. */
  public Path authority() {
    return authority;
  }

  /**
   * Environment variables of a JVM or of Node.js that trusts this authority besides those that it
   * trusts by itself.
   */
  public Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(environment(trustStore));
    environment.put("NODE_EXTRA_CA_CERTS", authority.toString());
    return environment;
  }

  /** Environment variables of a JVM that trusts what a trust store holds, and nothing else. */
  public static Map<String, String> environment(Path trustStore) {
    return Map.of("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=" + trustStore);
  }

  private void makeKeys() throws IOException, InterruptedException {
    keytool(AUTHORITY, List.of("-ext", "bc:c", "-ext", "ku:c=keyCertSign,cRLSign"));
    StringBuilder names = new StringBuilder("san=dns:localhost,ip:127.0.0.1");
    for (int host = 1; host <= MAX_HOSTS; host++) {
      names.append(",ip:127.0.1.").append(host);
    }
    keytool(SERVER, List.of("-signer", AUTHORITY, "-ext", names.toString()));
  }

  /** Makes a key with a certificate that is signed by itself, unless the options say by whom. */
  private void keytool(String alias, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"));
    command.addAll(List.of("-dname", "CN=satchel-local-" + alias));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", keyStore.toString()));
    command.addAll(List.of("-storepass", PASSWORD));
    command.addAll(options);
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool makes no certificate: " + output.strip());
    }
  }

  private void writeTrusted() throws IOException {
    try (InputStream in = Files.newInputStream(keyStore)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      X509Certificate certificate = (X509Certificate) keys.getCertificate(AUTHORITY);
      // Servers shall have one key to choose from.
      keys.deleteEntry(AUTHORITY);
      try (OutputStream out = Files.newOutputStream(keyStore)) {
        keys.store(out, PASSWORD.toCharArray());
      }
      Files.writeString(
          authority,
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder(64, new byte[] {'\n'})
                  .encodeToString(certificate.getEncoded())
              + "\n-----END CERTIFICATE-----\n");
      // Of JKS, because its certificates are read without a password.
      KeyStore trusted = KeyStore.getInstance("JKS");
      trusted.load(null, null);
      int number = 0;
      for (X509Certificate known : trustedByDefault()) {
        trusted.setCertificateEntry("default-" + number++, known);
      }
      trusted.setCertificateEntry(AUTHORITY, certificate);
      try (OutputStream out = Files.newOutputStream(trustStore)) {
        trusted.store(out, PASSWORD.toCharArray());
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("no trust store from " + keyStore, e);
    }
  }

  private static List<X509Certificate> trustedByDefault() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    List<X509Certificate> certificates = new ArrayList<>();
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        certificates.addAll(List.of(x509.getAcceptedIssuers()));
      }
    }
    return certificates;
  }
}
