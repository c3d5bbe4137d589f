package io.github.satchel.connectors.training.credentials;

import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.Training.NamedCredentials;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the credentials behind a name anew at each use: those that a training brings along,
 * encrypted, or else those of the resolver. Thread-safe.
 */
public final class Accounts {

  private final CredentialsResolver resolver;
  private final @Nullable CredentialsDecrypter decrypter;

  /**
   * @param decrypter null if nothing encrypted is taken
   */
  public Accounts(CredentialsResolver resolver, @Nullable CredentialsDecrypter decrypter) {
    this.resolver = resolver;
    this.decrypter = decrypter;
  }

  /**
   * The account of a name.
   *
   * @param training that may bring it along
   * @throws UploadException {@link Verdict#CREDENTIALS_REJECTED} if there is none that can be used
   */
  public Account find(Training training, String name) throws UploadException {
    String jwe =
        training.credentials().stream()
            .filter(each -> each.name().equals(name))
            .map(NamedCredentials::jwe)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
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
    return new Account(name, decrypter.decrypt(jwe, training.attributes()));
  }

  private static UploadException rejected(String reason) {
    return new UploadException(Verdict.CREDENTIALS_REJECTED, reason);
  }
}
