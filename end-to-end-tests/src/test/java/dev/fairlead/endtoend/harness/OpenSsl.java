package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Keys and certificates as people make them, in a directory.
public final class OpenSsl {

  private static final int PATIENCE_SECONDS = 30;

  private final Path directory;

  public OpenSsl(Path directory) {
    this.directory = directory;
  }

  /// Makes a key and a request for a certificate, `name.key` and `name.csr`.
  public void request(String name) {
    run(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        name + ".key");
    run("req", "-new", "-key", name + ".key", "-subj", "/CN=" + name, "-out", name + ".csr");
  }

  /// Makes a server's key and its certificate for the loopback, `name.key` and `name.pem`.
  public void server(String name) {
    server(name, "IP:127.0.0.1");
  }

  /// The same for other names, such as `DNS:a.example,DNS:b.example`.
  public void server(String name, String alternativeNames) {
    run(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=" + alternativeNames,
        "-keyout",
        name + ".key",
        "-out",
        name + ".pem");
  }

  private void run(String... arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("openssl.log").toFile())
              .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
