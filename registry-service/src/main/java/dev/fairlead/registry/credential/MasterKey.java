package dev.fairlead.registry.credential;

import dev.fairlead.runtime.settings.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts what must not lie in the database as it is: AES-256-GCM, a fresh nonce before each
/// text, bound to the name that the text stands under.
public final class MasterKey {

  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;

  /// The key before this one, which may still have to open what it encrypted.
  private final Optional<MasterKey> previous;

  private MasterKey(SecretKeySpec key, Optional<MasterKey> previous) {
    this.key = key;
    this.previous = previous;
  }

  /// A key and the one that it takes the place of.
  ///
  /// @throws IllegalArgumentException when one of them is no 32 bytes in Base64
  public static MasterKey of(Secret text, Optional<Secret> previous) {
    return new MasterKey(of(text).key, previous.map(MasterKey::of));
  }

  /// Reads a key.
  ///
  /// @param text 32 bytes in Base64
  /// @throws IllegalArgumentException for anything else
  public static MasterKey of(Secret text) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text.reveal());
    } catch (IllegalArgumentException e) {
      // Without the cause, which shows a part of the key.
      throw new IllegalArgumentException("a master key is Base64");
    }
    if (bytes.length != KEY_BYTES) {
      throw new IllegalArgumentException("a master key is 32 bytes");
    }
    return new MasterKey(new SecretKeySpec(bytes, "AES"), Optional.empty());
  }

  /// Encrypts a text.
  ///
  /// @param name what the text will be decrypted as
  public byte[] encrypt(String name, String text) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, name, nonce).doFinal(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM", e);
    }
  }

  /// Whether a text was encrypted with this key, and not with the one before.
  ///
  /// @throws IllegalStateException when neither of them opens it
  boolean isOfThis(String name, byte[] encrypted) {
    try {
      return !open(name, encrypted).isEmpty();
    } catch (GeneralSecurityException e) {
      decrypt(name, encrypted);
      return false;
    }
  }

  /// Decrypts a text.
  ///
  /// @throws IllegalStateException when it was encrypted with another key or under another name, or
  ///     was changed
  public String decrypt(String name, byte[] encrypted) {
    if (encrypted.length < NONCE_BYTES) {
      throw new IllegalStateException("too short to have been encrypted: " + name);
    }
    try {
      return open(name, encrypted);
    } catch (GeneralSecurityException e) {
      return previous
          .map(before -> before.decrypt(name, encrypted))
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "the master key does not open '%s': it was changed, or is another's"
                          .formatted(name),
                      e));
    }
  }

  private String open(String name, byte[] encrypted) throws GeneralSecurityException {
    byte[] nonce = new byte[NONCE_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(encrypted).get(nonce);
    byte[] sealed = new byte[buffer.remaining()];
    buffer.get(sealed);
    return new String(
        cipher(Cipher.DECRYPT_MODE, name, nonce).doFinal(sealed), StandardCharsets.UTF_8);
  }

  private Cipher cipher(int mode, String name, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
