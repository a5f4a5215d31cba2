package dev.fairlead.benchmarks;

import dev.fairlead.protocol.NativeProtocol;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Many connected devices on one thread, so that the load costs less than what it loads.
final class LoadDevices implements AutoCloseable {

  private static final int CONNECTING_AT_ONCE = 64;
  private static final int RESPONSE_BYTES = 8_192;
  private static final int TICKS_PER_SECOND = 200;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AckTimes times = new AckTimes();
  private final List<LoadDevice> devices = new ArrayList<>();
  private int next;

  /// Connects one device for each token, and waits until all are greeted.
  ///
  /// @throws java.util.concurrent.CompletionException if one is refused
  static LoadDevices connect(int port, List<String> tokens) throws InterruptedException {
    LoadDevices all = new LoadDevices();
    Semaphore connecting = new Semaphore(CONNECTING_AT_ONCE);
    List<CompletableFuture<LoadDevice>> greeted = new ArrayList<>();
    for (String token : tokens) {
      connecting.acquire();
      CompletableFuture<LoadDevice> one = all.open(port, token);
      greeted.add(one.whenComplete((device, failure) -> connecting.release()));
    }
    greeted.forEach(one -> all.devices.add(one.join()));
    return all;
  }

  private CompletableFuture<LoadDevice> open(int port, String token) {
    HttpHeaders headers = new DefaultHttpHeaders().set("Authorization", "Bearer " + token);
    WebSocketClientProtocolConfig protocol =
        WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri(URI.create("ws://127.0.0.1:" + port + "/connect"))
            .subprotocol(NativeProtocol.SUBPROTOCOL_MESSAGE_PACK)
            .customHeaders(headers)
            .build();
    CompletableFuture<LoadDevice> greeted = new CompletableFuture<>();
    var _ =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    LoadDevice device = new LoadDevice(channel, times);
                    channel
                        .pipeline()
                        .addLast(new HttpClientCodec())
                        .addLast(new HttpObjectAggregator(RESPONSE_BYTES))
                        .addLast(new WebSocketClientProtocolHandler(protocol))
                        .addLast(device);
                    var _ =
                        device
                            .greeted()
                            .whenComplete(
                                (ready, failure) -> {
                                  if (failure == null) {
                                    greeted.complete(ready);
                                  } else {
                                    greeted.completeExceptionally(failure);
                                  }
                                });
                  }
                })
            .connect("127.0.0.1", port)
            .addListener(
                connected -> {
                  if (!connected.isSuccess()) {
                    greeted.completeExceptionally(connected.cause());
                  }
                });
    return greeted;
  }

  /// Has each device keep so many events under way.
  void keepInFlight(int eventsOfEach) {
    loop.execute(() -> devices.forEach(device -> device.keepInFlight(eventsOfEach)));
  }

  /// Sends events at a rate, from one device after the other.
  void sendAtRate(int eventsPerSecond) {
    long begun = System.nanoTime();
    long[] sent = {0};
    var _ =
        loop.scheduleAtFixedRate(
            () -> {
              long elapsed = System.nanoTime() - begun;
              while (dueNanos(sent[0], eventsPerSecond) <= elapsed) {
                nextDevice().send(begun + dueNanos(sent[0], eventsPerSecond));
                sent[0]++;
              }
            },
            0,
            TimeUnit.SECONDS.toMicros(1) / TICKS_PER_SECOND,
            TimeUnit.MICROSECONDS);
  }

  private static long dueNanos(long event, int eventsPerSecond) {
    return event * TimeUnit.SECONDS.toNanos(1) / eventsPerSecond;
  }

  private LoadDevice nextDevice() {
    LoadDevice device = devices.get(next);
    next = (next + 1) % devices.size();
    return device;
  }

  AckTimes times() {
    return times;
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
