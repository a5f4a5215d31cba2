package dev.fairlead.runtime.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fairlead.runtime.settings.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A browser that has signed in.
///
/// @param id the value of its cookie, which whoever knows it is the browser
/// @param principal who has signed in
/// @param expiresAt when the session ends, however busy it is
public record BrowserSession(Secret id, Principal principal, Instant expiresAt) {
  /// In this header field a page shows that it is ours: only a page of ours can read the text that
  /// belongs here.
  public static final String CSRF_HEADER = "Fairlead-CSRF";

  private static final String ALGORITHM = "HmacSHA256";

  /// The text that a page sends in [#CSRF_HEADER] with whatever changes something. It belongs to
  /// this session alone and tells nothing about its id.
  public String csrfToken() {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(id.reveal().getBytes(US_ASCII), ALGORITHM));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal("fairlead-csrf".getBytes(US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
    }
  }

  /// Whether a text is the one of this session, in a time that does not depend on where they
  /// differ.
  boolean isCsrfToken(String text) {
    return MessageDigest.isEqual(csrfToken().getBytes(US_ASCII), text.getBytes(US_ASCII));
  }
}
