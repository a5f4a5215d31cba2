package dev.fairlead.gateway.admission;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// The addresses of the proxies before this gateway, whose word about a request counts.
///
/// @param ranges none for a gateway that devices reach themselves
public record ProxyAddresses(List<Range> ranges) {

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
