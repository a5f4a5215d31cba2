package dev.fairlead.agent.connection;

import dev.fairlead.agent.state.StateDirectory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The certificate to connect with: the newest that the gateway gave, kept with its key over
/// restarts, in one file that is replaced as a whole; where there is none, the one that was
/// configured. A configured one that has changed since wins: somebody has put it there on purpose.
/// Where one of the two is refused, the other has its turn, as long as it is good: neither is
/// ever thrown away.
///
/// As a source of tokens it passes on what another one has. Safe for all threads.
public final class RenewedCertificate implements CertificateSource, TokenSource {

  private static final Logger LOG = System.getLogger(RenewedCertificate.class.getName());
  private static final String FILE = "certificate";

  private final ClientCertificate configured;
  private final TokenSource tokens;
  private final StateDirectory state;
  private final InstantSource clock;
  private boolean configuredHasTurn;
  private Optional<X509Certificate> shown = Optional.empty();

  /// Certificates with their memory.
  public RenewedCertificate(
      ClientCertificate configured, TokenSource tokens, StateDirectory state, InstantSource clock) {
    this.configured = configured;
    this.tokens = tokens;
    this.state = state;
    this.clock = clock;
  }

  @Override
  public synchronized Content content() throws IOException {
    Content now = current();
    shown = Optional.of(now.own());
    return now;
  }

  /// What the next handshake will show.
  synchronized Content current() throws IOException {
    Content own = configured.content();
    Optional<Content> kept = kept(own);
    return kept.isPresent() && (!configuredHasTurn || !isGood(own)) ? kept.get() : own;
  }

  /// Keeps a certificate for the next connect.
  ///
  /// @param keys of the request
  /// @param pem what the gateway answered
  /// @return whether it is kept: not if it is none, not of that key, or over
  synchronized boolean take(KeyPair keys, String pem) {
    try {
      List<X509Certificate> chain =
          ClientCertificate.chain(pem.getBytes(StandardCharsets.US_ASCII), "the answer");
      X509Certificate own = chain.getFirst();
      if (!own.getPublicKey().equals(keys.getPublic()) || !isGood(own)) {
        return false;
      }
      StringBuilder text = new StringBuilder(fingerprint(configured.content())).append('\n');
      text.append(CertificateRequest.pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
      for (X509Certificate certificate : chain) {
        text.append(CertificateRequest.pem("CERTIFICATE", certificate.getEncoded()));
      }
      state.write(FILE, text.toString());
      configuredHasTurn = false;
      LOG.log(Level.INFO, "a new certificate, good until {0}", own.getNotAfter().toInstant());
      return true;
    } catch (IOException | GeneralSecurityException e) {
      LOG.log(Level.WARNING, "the new certificate cannot be kept: {0}", e.getMessage());
      return false;
    }
  }

  @Override
  public String token() throws IOException {
    return tokens.token();
  }

  @Override
  public boolean take(String token) {
    return tokens.take(token);
  }

  @Override
  public synchronized void refused() {
    configuredHasTurn = !configuredHasTurn;
    tokens.refused();
  }

  @Override
  public synchronized boolean isChanged() {
    try {
      return shown.isPresent() && !shown.get().equals(current().own());
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<Content> kept(Content own) throws IOException {
    String ofOwn = fingerprint(own) + '\n';
    Optional<String> text = state.read(FILE).filter(kept -> kept.startsWith(ofOwn));
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      String pem = text.get();
      // Behind the key: the reader of certificates knows no other things in PEM.
      int certificates = pem.indexOf("-----BEGIN CERTIFICATE-----");
      return Optional.of(
          new Content(
              ClientCertificate.key(pem, FILE),
              ClientCertificate.chain(
                  pem.substring(Math.max(0, certificates)).getBytes(StandardCharsets.US_ASCII),
                  FILE)));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the kept certificate cannot be read: {0}", e.getMessage());
      return Optional.empty();
    }
  }

  private boolean isGood(Content content) {
    return isGood(content.own());
  }

  private boolean isGood(X509Certificate certificate) {
    Instant now = clock.instant();
    return now.isBefore(certificate.getNotAfter().toInstant());
  }

  private static String fingerprint(Content content) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(content.own().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IOException("a certificate without a form", e);
    }
  }
}
