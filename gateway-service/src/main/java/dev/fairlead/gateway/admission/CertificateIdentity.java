package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/// What a certificate says about its device: never its tenant.
///
/// @param device from an alternative name `urn:fairlead:device:<id>`, else the first DNS name, else
///     the common name
/// @param generation from an alternative name `urn:fairlead:generation:<number>`
record CertificateIdentity(DeviceId device, OptionalLong generation) {

  static final String DEVICE_URN = "urn:fairlead:device:";
  static final String GENERATION_URN = "urn:fairlead:generation:";

  private static final int TYPE_DNS = 2;
  private static final int TYPE_URI = 6;
  private static final String COMMON_NAME = "CN";

  /// The identity in a certificate; empty where there is none, or more than one.
  ///
  /// @throws CertificateParsingException when its names cannot be read
  static Optional<CertificateIdentity> of(X509Certificate certificate)
      throws CertificateParsingException {
    @Nullable Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    Collection<List<?>> alternatives = names == null ? List.of() : names;
    List<String> ids = urns(alternatives, DEVICE_URN);
    List<String> generations = urns(alternatives, GENERATION_URN);
    if (ids.size() > 1 || generations.size() > 1) {
      return Optional.empty();
    }
    return ids.stream()
        .findFirst()
        .or(() -> texts(alternatives, TYPE_DNS).findFirst())
        .or(() -> commonName(certificate))
        .filter(DeviceId::isValid)
        .map(id -> new CertificateIdentity(new DeviceId(id), generation(generations)));
  }

  private static List<String> urns(Collection<List<?>> alternatives, String urn) {
    return texts(alternatives, TYPE_URI)
        .filter(uri -> uri.startsWith(urn))
        .map(uri -> uri.substring(urn.length()))
        .toList();
  }

  /// The names of a type, each a pair of type and value.
  private static Stream<String> texts(Collection<List<?>> alternatives, int type) {
    return alternatives.stream()
        .filter(name -> Integer.valueOf(type).equals(name.getFirst()))
        .map(name -> name.get(1))
        .filter(String.class::isInstance)
        .map(String.class::cast);
  }

  private static OptionalLong generation(List<String> texts) {
    try {
      return texts.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(texts.getFirst()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      LdapName name = new LdapName(certificate.getSubjectX500Principal().getName());
      // The last is the most specific.
      for (Rdn part : name.getRdns().reversed()) {
        Optional<String> text = commonName(part);
        if (text.isPresent()) {
          return text;
        }
      }
      return Optional.empty();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> commonName(Rdn part) {
    try {
      NamingEnumeration<? extends Attribute> attributes = part.toAttributes().getAll();
      while (attributes.hasMore()) {
        Attribute attribute = attributes.next();
        if (COMMON_NAME.equalsIgnoreCase(attribute.getID())
            && attribute.get() instanceof String text) {
          return Optional.of(text);
        }
      }
      return Optional.empty();
    } catch (NamingException e) {
      return Optional.empty();
    }
  }
}
