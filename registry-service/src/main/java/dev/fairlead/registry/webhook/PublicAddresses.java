package dev.fairlead.registry.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/// Which addresses are everybody's. Webhooks are sent by us to where others say: to whatever is
/// ours alone, such as a neighbour in our own network, they must not lead.
final class PublicAddresses {

  private PublicAddresses() {}

  /// Whether an address is on the public Internet, by the registries of special-purpose addresses
  /// (RFC 6890).
  static boolean contains(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? isPublic4(bytes) : isPublic6(bytes);
  }

  private static boolean isPublic4(byte[] bytes) {
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    int third = bytes[2] & 0xff;
    return switch (first) {
      case 0 -> false;
      case 100 -> second < 64 || second > 127; // shared with a provider's customers
      case 192 -> !(second == 0 && (third == 0 || third == 2)) && !(second == 88 && third == 99);
      case 198 -> second != 18 && second != 19 && !(second == 51 && third == 100);
      case 203 -> !(second == 0 && third == 113);
      default -> first < 240; // above: reserved, and broadcast
    };
  }

  /// Only what is handed out to be reached, and of that not what wraps an address of IPv4, which
  /// could be any.
  private static boolean isPublic6(byte[] bytes) {
    int first = (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
    int second = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    boolean unicast = (first & 0xe000) == 0x2000;
    boolean wrapsIpv4 = first == 0x2002 || (first == 0x2001 && second == 0);
    boolean special = (first == 0x2001 && (second & 0xfe00) == 0) || first == 0x3fff;
    boolean documentation = first == 0x2001 && second == 0x0db8;
    return unicast && !wrapsIpv4 && !special && !documentation;
  }

  /// The first of them; the others may be anything that is public.
  ///
  /// @throws IllegalArgumentException when there is none, or one that is not public
  static InetAddress one(InetAddress[] addresses) {
    if (addresses.length == 0 || !Arrays.stream(addresses).allMatch(PublicAddresses::contains)) {
      throw new IllegalArgumentException("the address is not public");
    }
    return addresses[0];
  }
}
