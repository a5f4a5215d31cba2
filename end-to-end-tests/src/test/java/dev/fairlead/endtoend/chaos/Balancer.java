package dev.fairlead.endtoend.chaos;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What stands before the gateways: gives each device to one of them by chance, to the other where
/// that one is not there, and can cut connections.
public final class Balancer implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final NetServer server;
  private final NetClient client;
  private final List<Integer> gateways;
  private final Random random;
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();

  private record Pair(NetSocket device, NetSocket gateway) {
    void close() {
      device.close();
      gateway.close();
    }
  }

  /// @param gateways ports on the loopback
  public Balancer(List<Integer> gateways, Random random) {
    this.gateways = List.copyOf(gateways);
    this.random = random;
    this.client = vertx.createNetClient();
    this.server =
        vertx
            .createNetServer(new NetServerOptions().setHost("127.0.0.1").setPort(0))
            .connectHandler(this::connected);
    NetServer _ = server.listen().await();
  }

  public int port() {
    return server.actualPort();
  }

  private void connected(NetSocket device) {
    device.pause();
    int first = random.nextInt(gateways.size());
    client
        .connect(gateways.get(first), "127.0.0.1")
        .recover(_ -> client.connect(gateways.get((first + 1) % gateways.size()), "127.0.0.1"))
        .onFailure(_ -> device.close())
        .onSuccess(gateway -> join(device, gateway));
  }

  private void join(NetSocket device, NetSocket gateway) {
    Pair pair = new Pair(device, gateway);
    pairs.add(pair);
    device.closeHandler(_ -> end(pair));
    gateway.closeHandler(_ -> end(pair));
    device.exceptionHandler(_ -> {});
    gateway.exceptionHandler(_ -> {});
    device.pipeTo(gateway);
    gateway.pipeTo(device);
  }

  private void end(Pair pair) {
    pairs.remove(pair);
    pair.close();
  }

  /// Cuts a part of the connections; what was under way on them is lost.
  ///
  /// @param percent of all
  public void cut(int percent) {
    vertx.runOnContext(
        _ ->
            pairs.stream()
                .filter(_ -> random.nextInt(100) < percent)
                .toList()
                .forEach(Pair::close));
  }

  @Override
  public void close() {
    Void _ = vertx.close().await();
  }
}
