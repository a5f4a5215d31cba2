package dev.fairlead.registry.signin;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the provider publishes about itself: its discovery document and its keys, read when they
/// are first needed, kept, and read again at most so often. While the provider does not answer,
/// what was read last goes on to count. Safe for all threads; blocks as [ProviderHttp] does.
final class KnownProvider {

  private static final Logger log = LoggerFactory.getLogger(KnownProvider.class);

  private static final String DISCOVERY = "/.well-known/openid-configuration";
  private static final Duration DOCUMENT_LIFETIME = Duration.ofHours(1);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
  private static final Duration KEYS_LIFETIME = Duration.ofMinutes(15);
  private static final Duration KEYS_INTERVAL_MIN = Duration.ofSeconds(30);
  private static final Duration KEYS_OUTAGE_MAX = Duration.ofHours(4);
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);

  private final URI issuer;
  private final ProviderHttp http;
  private final InstantSource clock;
  private final ReentrantLock reading = new ReentrantLock();

  private volatile @Nullable Read read;

  /// Guarded by the lock.
  private Instant notBefore = Instant.MIN;

  /// What was read.
  ///
  /// @param until when it is to be read again
  private record Read(Published published, Instant until) {}

  /// What the provider says.
  ///
  /// @param keys reads the provider's keys, and again for a key that is not among them, with a
  ///     bound on how often
  record Published(OIDCProviderMetadata metadata, JWKSource<SecurityContext> keys) {}

  KnownProvider(URI issuer, ProviderHttp http, InstantSource clock) {
    this.issuer = issuer;
    this.http = http;
    this.clock = clock;
  }

  /// What the provider says.
  ///
  /// @throws ProviderBusyException when it is being read, and too many wait for that already
  /// @throws IOException when it has never been read, and cannot be
  Published published() throws IOException {
    @Nullable Read known = read;
    return known != null && clock.instant().isBefore(known.until())
        ? known.published()
        : readAgain();
  }

  private Published readAgain() throws IOException {
    // An estimate, which will do.
    if (reading.getQueueLength() >= ProviderBusyException.WAITING_MAX) {
      throw new ProviderBusyException();
    }
    try {
      if (!reading.tryLock(LOCK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("others wait for the provider already");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    try {
      @Nullable Read known = read;
      Instant now = clock.instant();
      if (known != null && now.isBefore(known.until())) {
        return known.published();
      }
      return fetch(known, now);
    } finally {
      reading.unlock();
    }
  }

  private Published fetch(@Nullable Read known, Instant now) throws IOException {
    if (known == null && now.isBefore(notBefore)) {
      throw new IOException("the provider did not answer a moment ago");
    }
    try {
      OIDCProviderMetadata metadata = discover();
      Published published =
          known != null
                  && known.published().metadata().getJWKSetURI().equals(metadata.getJWKSetURI())
              ? new Published(metadata, known.published().keys())
              : new Published(metadata, keys(metadata));
      read = new Read(published, now.plus(DOCUMENT_LIFETIME));
      return published;
    } catch (IOException e) {
      notBefore = now.plus(AFTER_FAILURE);
      if (known == null) {
        throw e;
      }
      log.atWarn().addKeyValue("cause", e.getMessage()).log("provider's document not read again");
      read = new Read(known.published(), notBefore);
      return known.published();
    }
  }

  private OIDCProviderMetadata discover() throws IOException {
    String text = issuer.toString();
    String below = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    try {
      OIDCProviderMetadata metadata =
          OIDCProviderMetadata.parse(http.document(URI.create(below + DISCOVERY)));
      // OpenID Connect Discovery 1.0 §4.3: exactly the one that was asked for.
      if (!metadata.getIssuer().getValue().equals(text)) {
        throw new IOException(
            "the document below " + text + " is of the issuer " + metadata.getIssuer());
      }
      for (URI address :
          Arrays.asList(
              metadata.getAuthorizationEndpointURI(),
              metadata.getTokenEndpointURI(),
              metadata.getJWKSetURI())) {
        if (address == null || !WebAddress.isTrusted(address)) {
          throw new IOException("the document lacks an https:// endpoint that is needed");
        }
      }
      return metadata;
    } catch (ParseException e) {
      throw new IOException("not a document of OpenID Connect Discovery: " + e.getMessage(), e);
    }
  }

  private JWKSource<SecurityContext> keys(OIDCProviderMetadata metadata) throws IOException {
    return JWKSourceBuilder.<SecurityContext>create(metadata.getJWKSetURI().toURL(), http)
        .cache(KEYS_LIFETIME.toMillis(), LOCK_TIMEOUT.toMillis())
        .refreshAheadCache(false) // no threads of its own
        .rateLimited(KEYS_INTERVAL_MIN.toMillis())
        .outageTolerant(KEYS_OUTAGE_MAX.toMillis())
        .build();
  }
}
