package dev.fairlead.gateway.uplink;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.gateway.admission.DeviceCredential;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Said;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Which requests for certificates go on to the registry: those from sessions that a certificate of
/// the product has opened, of the right shape, and not too many of one device. Safe for all
/// threads.
public final class CertificateRequests {

  /// How many a device may send within [#WINDOW]: enough for certificates of the shortest time.
  static final int REQUESTS_MAX = 20;

  /// How long requests count.
  static final Duration WINDOW = Duration.ofMinutes(10);

  /// Of how many devices requests are counted; beyond, the one that began first is forgotten.
  static final int DEVICES_MAX = 10_000;

  /// How long a request may be.
  static final int BYTES_MAX = 8192;

  private static final String CONTENT_TYPE = "application/x-pem-file";
  private static final byte[] BEGIN =
      "-----BEGIN CERTIFICATE REQUEST-----".getBytes(StandardCharsets.US_ASCII);

  private final InboxAddress address;
  private final InstantSource clock;
  private final Map<DeviceKey, Count> counts = new LinkedHashMap<>();

  private record Count(long sinceMillis, int requests) {}

  /// @param address where answers are awaited
  public CertificateRequests(InboxAddress address, InstantSource clock) {
    this.address = address;
    this.clock = clock;
  }

  /// What becomes of a request.
  sealed interface Verdict {

    /// It goes on to the bus.
    record PassedOn(Said.Event event) implements Verdict {}

    /// It does not.
    ///
    /// @param word for the count
    /// @param code what HTTP would answer
    /// @param text for people
    record Refused(String word, int code, String text) implements Verdict {}
  }

  /// Judges a request; every one of a device that may ask counts.
  Verdict judge(DeviceSession session, Said.CertificateRequest request) {
    Optional<DeviceCredential.Certificate> certificate = session.credential().issuedCertificate();
    if (certificate.isEmpty()) {
      return new Verdict.Refused(
          "csr-credential", 403, "the session was not opened with a certificate of the product");
    }
    if (isOneTooMany(session.device())) {
      return new Verdict.Refused("csr-rate", 429, "too many requests; ask again later");
    }
    if (request.pem().length > BYTES_MAX) {
      return new Verdict.Refused("csr-size", 413, "longer than " + BYTES_MAX + " bytes");
    }
    return isRequest(request.pem())
        ? new Verdict.PassedOn(event(session, certificate.get(), request))
        : new Verdict.Refused("csr-shape", 400, "not a certificate request in PEM");
  }

  private static boolean isRequest(byte[] pem) {
    if (pem.length < BEGIN.length || !Arrays.equals(pem, 0, BEGIN.length, BEGIN, 0, BEGIN.length)) {
      return false;
    }
    for (byte each : pem) {
      if (each < ' ' && each != '\n' && each != '\r') {
        return false;
      }
    }
    return true;
  }

  private Said.Event event(
      DeviceSession session,
      DeviceCredential.Certificate certificate,
      Said.CertificateRequest request) {
    return new Said.Event(
        DeviceMessage.Type.CSR,
        Optional.empty(),
        OptionalLong.empty(),
        request.requestId(),
        Optional.empty(),
        Optional.empty(),
        Map.of(
            Headers.CERTIFICATE,
            certificate.fingerprint(),
            Headers.REPLY_TO,
            address.toString(),
            Headers.FROM,
            session.remoteAddress()),
        Optional.empty(),
        CONTENT_TYPE,
        request.pem());
  }

  private synchronized boolean isOneTooMany(DeviceKey device) {
    long now = clock.millis();
    Count before = counts.get(device);
    if (before == null || now - before.sinceMillis() >= WINDOW.toMillis()) {
      // Anew at the end, so that the first is always the oldest.
      counts.remove(device);
      counts.put(device, new Count(now, 1));
      forgetOldest();
      return false;
    }
    counts.put(
        device, new Count(before.sinceMillis(), Math.min(before.requests(), REQUESTS_MAX) + 1));
    return before.requests() >= REQUESTS_MAX;
  }

  private void forgetOldest() {
    if (counts.size() > DEVICES_MAX) {
      counts.remove(counts.keySet().iterator().next());
    }
  }
}
