package dev.fairlead.bus.identity;

import java.util.regex.Pattern;

/// Where a gateway takes its mail: a partition of the inbox topic and its own name in it, as text
/// `partition:name`. The gateway chooses it at start; nobody else computes it.
///
/// @param partition of `fairlead.inbox`; from 0
/// @param gateway the name of the running gateway process; 1 to 64 of `A-Z a-z 0-9 . _ -`
public record InboxAddress(int partition, String gateway) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /// @throws IllegalArgumentException when a part is malformed
  public InboxAddress {
    if (partition < 0 || !NAME.matcher(gateway).matches()) {
      throw new IllegalArgumentException("an inbox address is partition:gateway");
    }
  }

  /// Reads the text form.
  ///
  /// @throws IllegalArgumentException when `text` is not `partition:gateway`
  public static InboxAddress parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("an inbox address is partition:gateway");
    }
    return new InboxAddress(Integer.parseInt(text.substring(0, colon)), text.substring(colon + 1));
  }

  @Override
  public String toString() {
    return partition + ":" + gateway;
  }
}
