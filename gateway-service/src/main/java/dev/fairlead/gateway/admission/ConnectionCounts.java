package dev.fairlead.gateway.admission;

import dev.fairlead.runtime.abuse.Networks;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// How many connections there are, in all and from each address. Of an IPv6 address its network
/// counts ([Networks]), since a single host has all the addresses in it. Safe for all threads.
public final class ConnectionCounts {

  private final Limits limits;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<String, Count> byAddress = new ConcurrentHashMap<>();

  /// How many there are from an address; changed within the map alone.
  private static final class Count {
    private final String address;
    private int connections;

    Count(String address) {
      this.address = address;
    }
  }

  /// How many there may be.
  ///
  /// @param all of this gateway
  /// @param perLoopbackAddress from each address of this machine itself
  /// @param perAddress from each other address, or IPv6 network of 64 bits
  public record Limits(int all, int perLoopbackAddress, int perAddress) {

    /// @throws IllegalArgumentException when one of them is less than 1
    public Limits {
      if (all < 1 || perLoopbackAddress < 1 || perAddress < 1) {
        throw new IllegalArgumentException("a gateway has room for one connection at least");
      }
    }
  }

  public ConnectionCounts(Limits limits) {
    this.limits = limits;
  }

  /// A connection's place among the others, given back once.
  public final class Place {
    private final Count count;
    private Runnable also = () -> {};
    private boolean released;

    private Place(Count count) {
      this.count = count;
    }

    /// An IPv4 address as one object for all connections that come from it, any other as it is.
    ///
    /// @param address for which the place was taken
    public String shared(String address) {
      return count.address.equals(address) ? count.address : address;
    }

    /// Has something else given back with this place.
    synchronized void withPlace(Runnable other) {
      also = other;
    }

    /// The connection is gone.
    public void release() {
      Runnable others;
      synchronized (this) {
        if (released) {
          return;
        }
        released = true;
        others = also;
      }
      others.run();
      free(count.address);
    }
  }

  private void free(String address) {
    all.decrementAndGet();
    byAddress.computeIfPresent(address, (same, count) -> --count.connections == 0 ? null : count);
  }

  /// A place for one more connection of this gateway and from that address.
  sealed interface Answer {
    record Taken(ConnectionCounts.Place place) implements Answer {}

    record GatewayFull() implements Answer {}

    record AddressFull() implements Answer {}
  }

  Answer take(String address) {
    if (all.incrementAndGet() > limits.all()) {
      all.decrementAndGet();
      return new Answer.GatewayFull();
    }
    boolean isLoopback = isLoopback(address);
    int max = isLoopback ? limits.perLoopbackAddress() : limits.perAddress();
    String counted = isLoopback ? address : Networks.of(address);
    var taken = new AtomicBoolean();
    Count count =
        byAddress.compute(
            counted,
            (same, known) -> {
              Count now = known == null ? new Count(same) : known;
              taken.setPlain(now.connections < max);
              now.connections += taken.getPlain() ? 1 : 0;
              return now;
            });
    if (!taken.getPlain()) {
      all.decrementAndGet();
      return new Answer.AddressFull();
    }
    return new Answer.Taken(new Place(count));
  }

  /// How many connections there are.
  public int size() {
    return all.get();
  }

  private static boolean isLoopback(String address) {
    return literal(address).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  private static Optional<InetAddress> literal(String address) {
    try {
      return Optional.of(InetAddress.ofLiteral(address));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
