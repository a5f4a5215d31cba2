package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.AccessMessage.CertificateAuthority;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate authorities of all tenants, ready for use. Fed by one thread with what
/// `fairlead.access` says; read from all.
public final class Authorities {

  private static final Logger log = LoggerFactory.getLogger(Authorities.class);

  private static final int NO_AUTHORITY = -1;

  /// Each costs a check of a signature, and anybody may call their authorities what they like.
  private static final int CANDIDATES_MAX = 4;

  private final Map<String, Authority> byFingerprint = new ConcurrentHashMap<>();

  /// Names are free to choose, so that several may have the same.
  private final Map<X500Principal, List<Authority>> byName = new ConcurrentHashMap<>();

  /// An authority.
  ///
  /// @param tenant whose devices it vouches for
  /// @param numbered whether its certificates carry a credential generation
  /// @param usualKeyId what its key is usually called, which is the name of no other key
  /// @param declaredKeyId what it calls its key itself
  record Authority(
      TenantId tenant,
      String fingerprint,
      boolean numbered,
      X509Certificate certificate,
      Optional<String> usualKeyId,
      Optional<String> declaredKeyId) {

    /// How likely it is that it has signed what names this key: the lower, the likelier.
    private int rank(Optional<String> named) {
      if (named.isEmpty()) {
        return 2;
      }
      return usualKeyId.equals(named) ? 0 : declaredKeyId.equals(named) ? 1 : 2;
    }
  }

  /// Takes a change in. What is no authority is left alone.
  public void changed(AccessMessage message) {
    switch (message) {
      case CertificateAuthority authority -> learn(authority);
      case AccessMessage.Withdrawn withdrawn -> withdrawn.authority().ifPresent(this::forget);
      case AccessMessage.SigningKey _,
          AccessMessage.ApiKey _,
          AccessMessage.Revocation _,
          AccessMessage.Suspension _,
          AccessMessage.CertificateRevocation _,
          AccessMessage.Block _,
          AccessMessage.TenantLimits _,
          AccessMessage.Generation _ -> {
        // Of no meaning for authorities.
      }
    }
  }

  /// The authorities that may have signed a certificate, the likeliest first and no more than
  /// [#CANDIDATES_MAX]: those that have the name of its issuer, which proves nothing. What names
  /// the key it was signed with finds that one however many have the same name; of the others those
  /// that have been known the longest come first.
  List<Authority> issuersOf(X509Certificate certificate) {
    List<Authority> named = byName.getOrDefault(certificate.getIssuerX500Principal(), List.of());
    if (named.size() <= 1) {
      return named;
    }
    Optional<String> key = KeyIdentifiers.ofIssuer(certificate);
    return named.stream()
        .sorted(Comparator.comparingInt(authority -> authority.rank(key)))
        .limit(CANDIDATES_MAX)
        .toList();
  }

  private void learn(CertificateAuthority message) {
    try {
      Authority authority = read(message);
      byFingerprint.put(authority.fingerprint(), authority);
      byName.merge(
          authority.certificate().getSubjectX500Principal(),
          List.of(authority),
          (all, _) -> with(all, authority));
    } catch (CertificateException e) {
      // One that this gateway does not understand must not take the others away.
      forget(message.fingerprint());
      log.atWarn()
          .addKeyValue("tenant", message.tenant())
          .addKeyValue("authority", message.fingerprint())
          .addKeyValue("cause", e.getMessage())
          .log("certificate authority not understood");
    }
  }

  private static Authority read(CertificateAuthority message) throws CertificateException {
    X509Certificate certificate = Certificates.ofPem(message.certificate());
    if (!Certificates.fingerprint(certificate).equals(message.fingerprint())) {
      throw new CertificateException("not the certificate of this fingerprint");
    }
    if (certificate.getBasicConstraints() == NO_AUTHORITY) {
      throw new CertificateException("not the certificate of an authority");
    }
    return new Authority(
        message.tenant(),
        message.fingerprint(),
        message.kind() == CertificateAuthority.Kind.OWN,
        certificate,
        KeyIdentifiers.usual(certificate.getPublicKey()),
        KeyIdentifiers.declared(certificate));
  }

  private void forget(String fingerprint) {
    Authority known = byFingerprint.remove(fingerprint);
    if (known != null) {
      byName.computeIfPresent(
          known.certificate().getSubjectX500Principal(), (name, all) -> without(all, known));
    }
  }

  /// What is said again of a known one takes its place.
  private static List<Authority> with(List<Authority> all, Authority one) {
    List<Authority> more = new ArrayList<>(all);
    more.replaceAll(known -> known.fingerprint().equals(one.fingerprint()) ? one : known);
    if (!more.contains(one)) {
      more.add(one);
    }
    return List.copyOf(more);
  }

  private static @Nullable List<Authority> without(List<Authority> all, Authority one) {
    List<Authority> rest =
        all.stream().filter(known -> !known.fingerprint().equals(one.fingerprint())).toList();
    return rest.isEmpty() ? null : rest;
  }
}
