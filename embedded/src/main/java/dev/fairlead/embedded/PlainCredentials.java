package dev.fairlead.embedded;

import org.apache.kafka.common.security.plain.PlainLoginModule;

/// JAAS configuration lines for SASL PLAIN.
final class PlainCredentials {
  private PlainCredentials() {}

  static String ofClient(String user, String password) {
    return login(user, password) + ";";
  }

  /// What the server logs in with elsewhere, and the one user it lets in.
  static String ofServer(String user, String password) {
    return login(user, password) + " user_" + user + "=" + quoted(password) + ";";
  }

  private static String login(String user, String password) {
    return PlainLoginModule.class.getName()
        + " required username="
        + quoted(user)
        + " password="
        + quoted(password);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
