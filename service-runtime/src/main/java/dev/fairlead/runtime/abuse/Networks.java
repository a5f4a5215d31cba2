package dev.fairlead.runtime.abuse;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// What addresses are counted by.
public final class Networks {

  private static final int NETWORK_GROUPS = 4;

  private Networks() {}

  /// The part of an address that its owner cannot change at will: all of an IPv4 address, also
  /// where it is written as one of IPv6, and the first 64 bits of an IPv6 address, because a single
  /// host is given all the others (RFC 4291 §2.5.4).
  ///
  /// @param address the text of an address; anything else is answered as it is
  public static String of(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      return parsed instanceof Inet6Address ? networkOf(parsed) : parsed.getHostAddress();
    } catch (IllegalArgumentException e) {
      return address;
    }
  }

  /// As firewalls take it too.
  private static String networkOf(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    StringBuilder network = new StringBuilder();
    for (int i = 0; i < NETWORK_GROUPS; i++) {
      network.append(Integer.toHexString(Short.toUnsignedInt(bytes.getShort()))).append(':');
    }
    return network.append(":/64").toString();
  }
}
