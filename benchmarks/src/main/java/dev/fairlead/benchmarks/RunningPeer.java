package dev.fairlead.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A peer's process, which ends when this is closed.
final class RunningPeer implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 60;
  private static final int STOP_SECONDS = 30;

  private final Process process;
  private final Server server;

  private RunningPeer(Process process, Server server) {
    this.process = process;
    this.server = server;
  }

  /// Starts it, and waits until it takes connections.
  static RunningPeer start(
      Peer peer, int port, Path directory, Map<String, String> environment, List<String> command)
      throws PeerMissingException {
    Path log = directory.resolve("peer.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      RunningPeer running =
          new RunningPeer(
              process,
              new Server(
                  peer.title(),
                  new ServerProcess(process.pid()),
                  peer.jvm(),
                  Endpoint.plain(port, peer.wire())));
      if (!running.listens(port)) {
        running.close();
        throw new PeerMissingException("it does not start: " + Tool.lastLine(log));
      }
      return running;
    } catch (IOException e) {
      throw new PeerMissingException(e.toString());
    }
  }

  private boolean listens(int port) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    SocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(Endpoint.HOST), port);
    while (System.nanoTime() < deadline && !ended(100)) {
      try (Socket socket = new Socket()) {
        socket.connect(address);
        return true;
      } catch (IOException _) {
        // Refused: it does not listen yet.
      }
    }
    return false;
  }

  private boolean ended(int withinMillis) {
    try {
      return process.waitFor(withinMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Server server() {
    return server;
  }

  @Override
  public void close() {
    process.destroy();
    if (!ended(STOP_SECONDS * 1_000)) {
      process.destroyForcibly();
    }
  }
}
