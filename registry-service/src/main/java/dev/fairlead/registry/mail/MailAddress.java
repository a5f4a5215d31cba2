package dev.fairlead.registry.mail;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The address of one mailbox, in the form in which all servers take it.
///
/// @param text `name@host`
public record MailAddress(String text) {

  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})");

  private static final String SCHEME = "mailto:";

  /// An address.
  ///
  /// @return empty for what is none
  public static Optional<MailAddress> of(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new MailAddress(text)) : Optional.empty();
  }

  /// Whether a URL is one of mail.
  public static boolean isMailto(String url) {
    return url.toLowerCase(Locale.ROOT).startsWith(SCHEME);
  }

  /// The address in a URL `mailto:name@host`.
  ///
  /// @return empty where that names no address, several, or more than an address
  public static Optional<MailAddress> ofUrl(String url) {
    return isMailto(url) && url.indexOf('?') < 0 && url.indexOf('%') < 0
        ? of(url.substring(SCHEME.length()))
        : Optional.empty();
  }
}
