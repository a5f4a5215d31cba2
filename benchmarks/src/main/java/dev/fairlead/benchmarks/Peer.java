package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Checkout;
import dev.fairlead.endtoend.harness.Ports;
import dev.fairlead.endtoend.harness.ServiceJar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/// Servers that others made and that keep WebSockets of devices too. What they need is fetched when
/// they are to run, into a directory of the benchmark, and is on no class path of ours. Each
/// lets in who knows the password.
enum Peer {
  MOSQUITTO("mosquitto", "Debian's package, MQTT over WebSocket") {
    @Override
    RunningPeer start(Path directory, int port) throws PeerMissingException {
      String root = "";
      if (!Files.isExecutable(Path.of(BROKER))) {
        Tool.run(directory, SOURCES.resolve("mosquitto.sh").toString(), directory.toString());
        root = directory.toString();
      }
      Map<String, String> libraries =
          Map.of(
              "LD_LIBRARY_PATH",
              root + "/usr/lib/x86_64-linux-gnu:" + root + "/lib/x86_64-linux-gnu");
      Path passwords = directory.resolve("passwords");
      Tool.run(
          directory,
          libraries,
          List.of(
              root + "/usr/bin/mosquitto_passwd",
              "-b",
              "-c",
              passwords.toString(),
              USER,
              PASSWORD));
      // Debian's does not start with a listener for WebSockets alone.
      String configuration =
          """
          user root
          allow_anonymous false
          password_file %s
          listener 0 %s
          listener %d 127.0.0.1
          protocol websockets
          """
              .formatted(passwords, directory.resolve("socket"), port);
      Path file = write(directory.resolve("mosquitto.conf"), configuration);
      return RunningPeer.start(
          this, port, directory, libraries, List.of(root + BROKER, "-c", file.toString()));
    }
  },
  HIVEMQ("hivemq", "Community Edition, embedded, in memory, MQTT over WebSocket") {
    @Override
    RunningPeer start(Path directory, int port) throws PeerMissingException {
      return startJava(directory, port, "HiveMqPeer");
    }
  },
  MOQUETTE("moquette", "in memory, MQTT over WebSocket") {
    @Override
    RunningPeer start(Path directory, int port) throws PeerMissingException {
      return startJava(directory, port, "MoquettePeer");
    }
  },
  WS("ws", "of npm, a server that says back what it hears") {
    @Override
    RunningPeer start(Path directory, int port) throws PeerMissingException {
      Tool.run(
          directory,
          "npm",
          "install",
          "--no-audit",
          "--no-fund",
          "--prefix",
          directory.toString(),
          "ws");
      Path modules = directory.resolve("node_modules");
      return RunningPeer.start(
          this,
          port,
          directory,
          Map.of("NODE_PATH", modules.toString()),
          List.of(
              "node",
              SOURCES.resolve("ws/server.js").toString(),
              Integer.toString(port),
              PASSWORD));
    }
  };

  /// Who all devices say they are.
  static final String USER = "load";

  private static final String PASSWORD = "a-password-of-peers";
  private static final String BROKER = "/usr/sbin/mosquitto";
  private static final Path SOURCES = Checkout.root().resolve("benchmarks").resolve("peers");
  private static final List<String> JAVA_OPTIONS =
      Stream.concat(
              ServiceJar.gatewayOptions().stream(),
              // What HiveMQ's own script opens.
              Stream.of(
                  "--add-opens=java.base/java.lang=ALL-UNNAMED",
                  "--add-opens=java.base/java.nio=ALL-UNNAMED",
                  "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                  "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
                  "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"))
          .toList();

  private final String title;
  private final String description;

  Peer(String title, String description) {
    this.title = title;
    this.description = description;
  }

  /// What is done to a server.
  interface Measurement {

    /// Measures one, and tells by an `IllegalStateException` that it does not do what it should.
    void of(Server server) throws InterruptedException;
  }

  /// Fetches, starts, measures and ends it; says in the table who it was, or why it is not there.
  ///
  /// @param directory in which it may make one of its own
  final void measure(Path directory, Table table, Measurement measurement)
      throws InterruptedException {
    try (RunningPeer running =
        start(Files.createDirectories(directory.resolve(title)), Ports.free())) {
      measurement.of(running.server());
      table.note(title + ": " + description);
    } catch (PeerMissingException e) {
      table.note(title + " is left out: " + e.getMessage());
    } catch (CompletionException | IllegalStateException e) {
      table.note(title + ": " + description + "; not measured to the end: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  abstract RunningPeer start(Path directory, int port) throws PeerMissingException;

  String title() {
    return title;
  }

  boolean jvm() {
    return this == HIVEMQ || this == MOQUETTE;
  }

  Wire wire() {
    return this == WS ? new EchoWire(PASSWORD) : new MqttWire(PASSWORD);
  }

  /// One whose libraries Maven resolves, and whose main stands beside its `pom.xml`.
  final RunningPeer startJava(Path directory, int port, String main) throws PeerMissingException {
    Path sources = SOURCES.resolve(title);
    String libraries = directory.resolve("lib") + "/*";
    Tool.run(
        directory,
        "mvn",
        "-B",
        "-q",
        "-f",
        sources.resolve("pom.xml").toString(),
        "dependency:copy-dependencies",
        "-DoutputDirectory=" + directory.resolve("lib"));
    Path classes = directory.resolve("classes");
    Tool.run(
        directory,
        Tool.ofJdk("javac"),
        "-cp",
        libraries,
        "-d",
        classes.toString(),
        sources.resolve(main + ".java").toString());
    List<String> command = new ArrayList<>(List.of(Tool.ofJdk("java")));
    command.addAll(JAVA_OPTIONS);
    command.addAll(
        List.of(
            "-cp",
            sources + ":" + classes + ":" + libraries,
            main,
            Integer.toString(port),
            PASSWORD,
            directory.toString()));
    return RunningPeer.start(this, port, directory, Map.of(), command);
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
