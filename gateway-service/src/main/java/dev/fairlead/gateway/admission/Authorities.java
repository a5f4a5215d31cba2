package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.AccessMessage.CertificateAuthority;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private final Map<String, Authority> byFingerprint = new ConcurrentHashMap<>();

  /// Names are free to choose, so that several may have the same.
  private final Map<X500Principal, List<Authority>> byName = new ConcurrentHashMap<>();

  /// An authority.
  ///
  /// @param tenant whose devices it vouches for
  /// @param numbered whether its certificates carry a credential generation
  record Authority(
      TenantId tenant, String fingerprint, boolean numbered, X509Certificate certificate) {}

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
          AccessMessage.Generation _ -> {
        // Of no meaning for authorities.
      }
    }
  }

  /// The authorities of that name; a name proves nothing.
  List<Authority> named(X500Principal name) {
    return byName.getOrDefault(name, List.of());
  }

  private void learn(CertificateAuthority message) {
    forget(message.fingerprint());
    try {
      Authority authority = read(message);
      byFingerprint.put(authority.fingerprint(), authority);
      byName.merge(
          authority.certificate().getSubjectX500Principal(), List.of(authority), Authorities::both);
    } catch (CertificateException e) {
      // One that this gateway does not understand must not take the known ones away.
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
        certificate);
  }

  private void forget(String fingerprint) {
    Authority known = byFingerprint.remove(fingerprint);
    if (known != null) {
      byName.computeIfPresent(
          known.certificate().getSubjectX500Principal(), (name, all) -> without(all, known));
    }
  }

  private static List<Authority> both(List<Authority> some, List<Authority> more) {
    List<Authority> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  private static @Nullable List<Authority> without(List<Authority> all, Authority one) {
    List<Authority> rest = all.stream().filter(authority -> !authority.equals(one)).toList();
    return rest.isEmpty() ? null : rest;
  }
}
