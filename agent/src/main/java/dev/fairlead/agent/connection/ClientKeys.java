package dev.fairlead.agent.connection;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Shows a client certificate to whatever server asks for one, as it is at that moment. If it
/// cannot be read, none is shown, and the gateway will refuse.
final class ClientKeys extends X509ExtendedKeyManager {

  private static final Logger LOG = System.getLogger(ClientKeys.class.getName());
  private static final String ALIAS = "device";

  private final CertificateSource certificate;
  private volatile Optional<CertificateSource.Content> content = Optional.empty();

  ClientKeys(CertificateSource certificate) {
    this.certificate = certificate;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    try {
      CertificateSource.Content read = certificate.content();
      content = Optional.of(read);
      return Arrays.asList(keyTypes).contains(read.key().getAlgorithm()) ? ALIAS : null;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "no client certificate: {0}", e.getMessage());
      return null;
    }
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineClientAlias(keyTypes, issuers, null);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return content.map(read -> read.chain().toArray(X509Certificate[]::new)).orElse(null);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return content.map(CertificateSource.Content::key).orElse(null);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  /// The agent is no server.
  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }
}
