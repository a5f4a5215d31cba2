package dev.fairlead.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Many connected devices on one thread, so that the load costs less than what it loads.
final class LoadDevices implements AutoCloseable {

  private static final int CONNECTING_AT_ONCE = 64;
  private static final int RESPONSE_BYTES = 8_192;
  private static final int TICKS_PER_SECOND = 1_000;
  private static final int BEAT_SECONDS = 25;
  private static final int SOURCES = 16;
  private static final AtomicInteger SOURCE = new AtomicInteger();

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AckTimes times = new AckTimes();
  private final List<LoadDevice> devices = new ArrayList<>();
  private int next;

  /// Connects one device for each credential, and waits until all are greeted.
  ///
  /// @throws java.util.concurrent.CompletionException if one is refused
  static LoadDevices connect(Endpoint endpoint, List<String> credentials)
      throws InterruptedException {
    LoadDevices all = new LoadDevices();
    Semaphore connecting = new Semaphore(CONNECTING_AT_ONCE);
    List<CompletableFuture<LoadDevice>> greeted = new ArrayList<>();
    for (String credential : credentials) {
      connecting.acquire();
      CompletableFuture<LoadDevice> one = all.open(endpoint, credential);
      greeted.add(one.whenComplete((device, failure) -> connecting.release()));
    }
    try {
      greeted.forEach(one -> all.devices.add(one.join()));
    } catch (CompletionException e) {
      all.close();
      throw e;
    }
    all.beat();
    return all;
  }

  /// Does something on the thread of the devices.
  void after(long millis, Runnable task) {
    var _ = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  /// Does something again and again on the thread of the devices, with all else in between.
  void everyMilli(Runnable task) {
    var _ = loop.scheduleWithFixedDelay(task, 0, 1, TimeUnit.MILLISECONDS);
  }

  /// Connects one device; completes when it is greeted, and fails when it is not.
  CompletableFuture<LoadDevice> open(Endpoint endpoint, String credential) {
    CompletableFuture<LoadDevice> greeted = new CompletableFuture<>();
    var _ =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    LoadDevice device = new LoadDevice(channel, endpoint.wire(), credential, times);
                    fill(channel, endpoint, credential, device);
                    var _ =
                        device
                            .whenGreeted()
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
            .connect(
                new InetSocketAddress(InetAddress.ofLiteral(Endpoint.HOST), endpoint.port()),
                nextSource())
            .addListener(
                connected -> {
                  if (!connected.isSuccess()) {
                    greeted.completeExceptionally(connected.cause());
                  }
                });
    return greeted;
  }

  /// The kernel looks for a free port of the source for each connection, and looks for long where
  /// most of them lead to the same place already.
  private static SocketAddress nextSource() {
    int source = 1 + Math.floorMod(SOURCE.getAndIncrement(), SOURCES);
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.1." + source), 0);
  }

  private static void fill(
      Channel channel, Endpoint endpoint, String credential, LoadDevice device) {
    WebSocketClientProtocolConfig protocol =
        WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri(URI.create(endpoint.url()))
            .subprotocol(endpoint.wire().subprotocol().orElse(null))
            .customHeaders(endpoint.wire().headers(credential))
            .build();
    endpoint
        .tls()
        .ifPresent(
            tls ->
                channel
                    .pipeline()
                    .addLast(tls.newHandler(channel.alloc(), Endpoint.HOST, endpoint.port())));
    channel
        .pipeline()
        .addLast(new HttpClientCodec())
        .addLast(new HttpObjectAggregator(RESPONSE_BYTES))
        .addLast(new WebSocketClientProtocolHandler(protocol))
        .addLast(device);
  }

  private void beat() {
    var _ =
        loop.scheduleAtFixedRate(
            () -> devices.forEach(LoadDevice::beat), BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
  }

  /// Has each device keep so many events under way.
  void keepInFlight(int eventsOfEach) {
    loop.execute(() -> devices.forEach(device -> device.keepInFlight(eventsOfEach)));
  }

  /// Sends events at a rate, from one device after the other.
  void sendAtRate(int eventsPerSecond) {
    sendAtRate(eventsPerSecond, () -> Optional.of(nextDevice()));
  }

  /// Sends events at a rate.
  ///
  /// @param next whose turn it is, if anybody's; asked on the thread of the devices
  void sendAtRate(int eventsPerSecond, Supplier<Optional<LoadDevice>> next) {
    long begun = System.nanoTime();
    long[] sent = {0};
    var _ =
        loop.scheduleAtFixedRate(
            () -> {
              long elapsed = System.nanoTime() - begun;
              while (dueNanos(sent[0], eventsPerSecond) <= elapsed) {
                long due = begun + dueNanos(sent[0], eventsPerSecond);
                next.get().ifPresent(device -> device.send(due));
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
    // The loop does not close its channels before it ends where there are thousands.
    channels.close().syncUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
