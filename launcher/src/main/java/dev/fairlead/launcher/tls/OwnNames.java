package dev.fairlead.launcher.tls;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// By which names and addresses this machine may be reached.
public final class OwnNames {

  private static final Logger log = LoggerFactory.getLogger(OwnNames.class);

  private OwnNames() {}

  /// `localhost`, the host name, the IPv4 addresses of all interfaces, and the host of an address.
  ///
  /// @param publicUrl by which people reach this machine, if they were told of one
  public static Set<String> all(Optional<URI> publicUrl) {
    Set<String> names = new TreeSet<>();
    // Addresses of IPv6 are written in more ways than one, and could not be found again.
    publicUrl.map(URI::getHost).filter(host -> host.indexOf(':') < 0).ifPresent(names::add);
    names.add("localhost");
    names.add("127.0.0.1");
    names.add(hostName());
    try {
      for (NetworkInterface networkInterface :
          Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(networkInterface.getInetAddresses())) {
          if (address.getAddress().length == 4) {
            names.add(address.getHostAddress());
          }
        }
      }
    } catch (SocketException e) {
      log.warn("own addresses not known, the certificate names this host alone", e);
    }
    return names;
  }

  /// The host's name, or `localhost` where it has none.
  public static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      log.warn("own host name not known", e);
      return "localhost";
    }
  }
}
