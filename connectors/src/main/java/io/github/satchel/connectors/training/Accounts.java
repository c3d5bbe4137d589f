package io.github.satchel.connectors.training;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the credentials behind a name anew at each use: those that a training brings along,
 * encrypted, or else those of the resolver. Thread-safe.
 */
final class Accounts {

  private final CredentialsResolver resolver;
  private final @Nullable CredentialsDecrypter decrypter;

  /**
   * @param decrypter null if nothing encrypted is taken
   */
  Accounts(CredentialsResolver resolver, @Nullable CredentialsDecrypter decrypter) {
    this.resolver = resolver;
    this.decrypter = decrypter;
  }

  /** The account of one of a training's credentials. */
  Account find(Training training, String name) throws UploadException {
    return find(name, training.encryptedCredentials(), training.attributes());
  }

  /**
   * The account of a name.
   *
   * @param encrypted what a training brings along, by name
   * @param attributes of that training
   * @throws UploadException {@link Verdict#CREDENTIALS_REJECTED} if there is none that can be used
   */
  Account find(String name, Map<String, String> encrypted, Map<String, String> attributes)
      throws UploadException {
    String jwe = encrypted.get(name);
    if (jwe == null) {
      return new Account(
          name,
          resolver
              .resolve(name)
              .orElseThrow(() -> rejected("there are no usable credentials of this name")));
    }
    if (decrypter == null) {
      throw rejected("it is encrypted, and this job has no key set");
    }
    return new Account(name, decrypter.decrypt(jwe, attributes));
  }

  private static UploadException rejected(String reason) {
    return new UploadException(Verdict.CREDENTIALS_REJECTED, reason);
  }
}
