package dev.fairlead.runtime.http;

import dev.fairlead.runtime.settings.Settings;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The addresses of the proxies before a service, whose word about a request counts, while that of
/// anybody else does not.
///
/// @param ranges none for a service that is reached without a proxy
public record ProxyAddresses(List<Range> ranges) {

  /// There is no proxy.
  public static final ProxyAddresses NONE = new ProxyAddresses(List.of());

  private static final String FORWARDED_FOR = "X-Forwarded-For";
  private static final Pattern WITH_PORT =
      Pattern.compile("(?<address>[0-9.]+|\\[[0-9A-Fa-f:.]+]):[0-9]{1,5}");

  public ProxyAddresses {
    ranges = List.copyOf(ranges);
  }

  /// Addresses that begin with the same bits.
  ///
  /// @param network the bits, as an address
  /// @param length how many of them count
  public record Range(InetAddress network, int length) {

    private boolean contains(InetAddress address) {
      return isSame(network.getAddress(), address.getAddress(), length);
    }

    private static boolean isSame(byte[] network, byte[] address, int length) {
      if (network.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < length; bit += Byte.SIZE) {
        int mask = 0xff << Math.max(0, bit + Byte.SIZE - length);
        if (((network[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & mask & 0xff) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  /// Reads addresses such as `192.0.2.7` and ranges such as `10.0.0.0/8` or `fd00::/8`.
  ///
  /// @throws IllegalArgumentException for anything else
  public static ProxyAddresses of(List<String> texts) {
    return new ProxyAddresses(texts.stream().map(ProxyAddresses::range).toList());
  }

  /// Reads `PROXY_ADDRESSES`.
  public static ProxyAddresses from(Settings settings) {
    List<String> texts =
        settings.list(
            "PROXY_ADDRESSES",
            List.of(),
            "Addresses (192.0.2.7, 10.0.0.0/8) of the proxies whose headers are believed.");
    try {
      return of(texts);
    } catch (IllegalArgumentException e) {
      settings.problem(
          "FAIRLEAD_PROXY_ADDRESSES must be addresses such as 192.0.2.7 or 10.0.0.0/8, with commas"
              + " between them");
      return NONE;
    }
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    InetAddress network = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int lengthMax = network.getAddress().length * Byte.SIZE;
    int length = slash < 0 ? lengthMax : Integer.parseInt(text.substring(slash + 1));
    if (length < 0 || length > lengthMax) {
      throw new IllegalArgumentException("no such prefix: " + text);
    }
    return new Range(network, length);
  }

  /// Whether a proxy has this address.
  public boolean contains(String address) {
    return !ranges.isEmpty() && literal(address).map(this::contains).orElse(false);
  }

  /// Where a request comes from: its peer, or where a proxy says that it comes from; empty for a
  /// peer that is already gone.
  public String clientOf(HttpServerRequest request) {
    String peer = peerOf(request);
    return contains(peer) ? forwardedFor(request).orElse(peer) : peer;
  }

  /// The last address that is no proxy's: those before it are hearsay. Nothing where something else
  /// than an address stands in its place, for what comes before that is hearsay too.
  private Optional<String> forwardedFor(HttpServerRequest request) {
    List<String> hops =
        request.headers().getAll(FORWARDED_FOR).stream()
            .flatMap(line -> Arrays.stream(line.split(",", -1)))
            .toList();
    for (String hop : hops.reversed()) {
      Optional<InetAddress> address = literal(withoutPort(hop.strip()));
      if (address.isEmpty() || !contains(address.get())) {
        return address.map(InetAddress::getHostAddress);
      }
    }
    return Optional.empty();
  }

  /// Some proxies say the port as well: `192.0.2.7:5000`, `[2001:db8::7]:5000`.
  private static String withoutPort(String hop) {
    Matcher matcher = WITH_PORT.matcher(hop);
    return matcher.matches() ? matcher.group("address") : hop;
  }

  /// The address at the other end of a request's connection; empty when it is already gone.
  public static String peerOf(HttpServerRequest request) {
    SocketAddress remote = request.remoteAddress();
    String address = remote == null ? null : remote.hostAddress();
    return address == null ? "" : address;
  }

  private boolean contains(InetAddress address) {
    for (Range range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<InetAddress> literal(String address) {
    try {
      return Optional.of(InetAddress.ofLiteral(address));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
