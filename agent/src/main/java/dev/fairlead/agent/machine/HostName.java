package dev.fairlead.agent.machine;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;

/// What this machine calls itself.
public final class HostName {

  private HostName() {}

  /// The name; `unknown` where there is none to be had.
  public static String read() {
    return read(new SystemFiles(Path.of("/")));
  }

  static String read(SystemFiles files) {
    return files.read("proc/sys/kernel/hostname").orElseGet(HostName::ofJdk);
  }

  private static String ofJdk() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
