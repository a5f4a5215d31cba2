package dev.fairlead.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real provider of OpenID Connect: the npm package `oidc-provider`, run by Node from
/// `src/test/oidc-provider`, with its packages as the lock file there pins them.
final class LocalProvider implements AutoCloseable {

  static final String CLIENT_ID = "fairlead-tests";
  static final String CLIENT_SECRET = "a secret with signs: %&=+/";

  private static final String READY = "issuer: ";
  private static final long INSTALL_MINUTES_MAX = 5;
  private static final List<String> FILES =
      List.of("package.json", "package-lock.json", "provider.mjs");

  private final Process process;
  private final URI issuer;
  private final HttpClient http = HttpClient.newHttpClient();

  private LocalProvider(Process process, URI issuer) {
    this.process = process;
    this.issuer = issuer;
  }

  /// Starts one.
  ///
  /// @param redirectUrl of its one client
  /// @param people their claims, by the name with which they sign in
  static LocalProvider start(URI redirectUrl, JsonObject people) {
    try {
      JsonObject settings =
          new JsonObject()
              .put("clientId", CLIENT_ID)
              .put("clientSecret", CLIENT_SECRET)
              .put("redirectUri", redirectUrl.toString())
              .put("people", people);
      Process process =
          run(
              installed(),
              ProcessBuilder.Redirect.PIPE,
              List.of("node", "provider.mjs", settings.encode()));
      return new LocalProvider(process, issuer(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI issuer(Process process) throws IOException {
    List<String> said = new ArrayList<>();
    // Not closed: that would close the pipe that it goes on writing to.
    BufferedReader out = process.inputReader(UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.add(line);
      if (line.startsWith(READY)) {
        Thread.ofVirtual().start(() -> out.lines().forEach(rest -> {}));
        return URI.create(line.substring(READY.length()));
      }
    }
    throw new AssertionError("the provider did not start: " + String.join("\n", said));
  }

  /// A directory below `target` with the packages in it; they are fetched once.
  private static Path installed() throws IOException {
    Path source = Path.of("src", "test", "oidc-provider");
    Path target = Files.createDirectories(Path.of("target", "oidc-provider"));
    Path done = target.resolve("installed.json");
    String lock = Files.readString(source.resolve("package-lock.json"));
    for (String file : FILES) {
      Files.copy(source.resolve(file), target.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    if (Files.notExists(done) || !Files.readString(done).equals(lock)) {
      Path log = target.resolve("npm.log");
      Process npm =
          run(
              target,
              ProcessBuilder.Redirect.to(log.toFile()),
              List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
      assertThat(finished(npm)).as(() -> "npm ci: " + text(log)).isZero();
      Files.writeString(done, lock);
    }
    return target;
  }

  private static int finished(Process process) {
    try {
      if (!process.waitFor(INSTALL_MINUTES_MAX, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return -1;
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Process run(Path directory, ProcessBuilder.Redirect out, List<String> command) {
    try {
      return new ProcessBuilder(command)
          .directory(directory.toFile())
          .redirectErrorStream(true)
          .redirectOutput(out)
          .start();
    } catch (IOException e) {
      throw new AssertionError(
          "The tests of the sign-in run a provider of OpenID Connect with Node.js (20 or later, with"
              + " npm), and there is no '"
              + command.getFirst()
              + "' on the path here.",
          e);
    }
  }

  URI issuer() {
    return issuer;
  }

  /// Makes the ID tokens lie from now on.
  ///
  /// @param sign `ours`, `strangers`, `none` or `secret`
  /// @param claims that go over the true ones; null takes one away
  void lie(String sign, JsonObject claims) {
    tell(new JsonObject().put("sign", sign).put("claims", claims).encode());
  }

  void tellTheTruth() {
    tell("");
  }

  private void tell(String body) {
    try {
      int status =
          http.send(
                  HttpRequest.newBuilder(issuer.resolve("/test/id-token"))
                      .PUT(HttpRequest.BodyPublishers.ofString(body))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode();
      assertThat(status).isEqualTo(204);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.close();
    process.destroy();
    finished(process);
  }
}
