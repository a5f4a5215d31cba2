package dev.fairlead.registry.audit;

import dev.fairlead.runtime.audit.AuditEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Chains entries: HMAC-SHA256 under a key that lies in the database only encrypted, so that
/// whoever can write rows, but does not have the master key, cannot make a chain that fits. Safe to
/// use from any thread.
final class AuditKey {

  static final int HASH_BYTES = 32;

  /// What stands in the place of a seal under what must not be sealed again; never a right one.
  private static final byte[] BROKEN = {};

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private AuditKey(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /// A new key, as the text that [#of] reads.
  static String random() {
    byte[] bytes = new byte[HASH_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  static AuditKey of(String text) {
    return new AuditKey(Base64.getDecoder().decode(text));
  }

  /// The hash of an entry.
  ///
  /// @param previous the hash of the entry before
  /// @param sequence its number in its tenant
  byte[] hash(byte[] previous, long sequence, AuditEntry entry) {
    return mac(
        out -> {
          out.writeUTF("entry");
          out.write(previous);
          out.writeLong(sequence);
          text(out, entry.tenant());
          out.writeLong(entry.id().getMostSignificantBits());
          out.writeLong(entry.id().getLeastSignificantBits());
          out.writeLong(ChronoUnit.MICROS.between(java.time.Instant.EPOCH, entry.at()));
          text(out, entry.actor());
          text(out, entry.role());
          text(out, entry.action());
          text(out, entry.target());
          text(out, entry.address());
          text(out, entry.outcome());
          text(out, entry.service());
        });
  }

  /// The hash of a register that is one chain longer.
  byte[] hash(AuditRegister before, String tenant) {
    return mac(
        out -> {
          out.writeUTF("chain begun");
          out.write(before.hash());
          out.writeLong(before.chains() + 1);
          text(out, tenant);
        });
  }

  /// What proves that both ends of a chain are where it says; proves nothing for a chain that was
  /// not sealed when it was read.
  byte[] seal(AuditChain chain) {
    return chain.sealed() ? right(chain) : BROKEN;
  }

  /// Whether a seal proves the ends of a chain.
  boolean seals(AuditChain chain, byte[] seal) {
    return same(right(chain), seal);
  }

  private byte[] right(AuditChain chain) {
    return mac(
        out -> {
          out.writeUTF("chain");
          text(out, chain.tenant());
          out.writeLong(chain.firstSequence());
          out.write(chain.firstPrevious());
          out.writeLong(chain.nextSequence());
          out.write(chain.lastHash());
        });
  }

  /// What proves that a register is the one that was written; proves nothing for one that was not
  /// sealed when it was read.
  byte[] seal(AuditRegister register) {
    return register.sealed() ? right(register) : BROKEN;
  }

  /// Whether a seal proves a register.
  boolean seals(AuditRegister register, byte[] seal) {
    return same(right(register), seal);
  }

  private byte[] right(AuditRegister register) {
    return mac(
        out -> {
          out.writeUTF("register");
          out.writeLong(register.chains());
          out.write(register.hash());
        });
  }

  /// Whether two hashes are the same; takes as long whether they are or not.
  static boolean same(byte[] one, byte[] other) {
    return MessageDigest.isEqual(one, other);
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private byte[] mac(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      writing.to(out);
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
    }
  }

  /// With its length before it, so that no two entries read the same.
  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
