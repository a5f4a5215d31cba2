package dev.fairlead.registry.contractpage;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A file of the class path, held in memory.
///
/// @param mediaType what it is
/// @param content all of it; not to be changed
/// @param entityTag says whether somebody has the same content already (RFC 9110 §8.8.3)
record StaticFile(String mediaType, Buffer content, String entityTag) {

  private static final int TAG_BYTES = 16;

  /// Reads a file.
  ///
  /// @throws IllegalStateException when there is none
  static StaticFile read(String resource, String mediaType) {
    byte[] content = bytes(resource);
    return new StaticFile(mediaType, Buffer.buffer(content), entityTag(content));
  }

  static byte[] bytes(String resource) {
    try (InputStream in = StaticFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String entityTag(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return '"' + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
