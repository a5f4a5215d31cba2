package dev.fairlead.runtime.tracing;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// The grammar of `tracestate` (W3C Trace Context §3.3).
final class TraceState {

  /// As much as the standard asks to be handed on.
  static final int LENGTH_MAX = 512;

  private static final int MEMBERS_MAX = 32;

  private static final Pattern MEMBER =
      Pattern.compile(
          "([a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
              + "=[ -+\\--<>-~]{0,255}[!-+\\--<>-~]");

  private TraceState() {}

  /// The members that are handed on: all of them, or as many as there is room for, the newest of
  /// which come first; none of a list that is malformed.
  static String bounded(String state) {
    StringBuilder kept = new StringBuilder();
    Set<String> keys = new HashSet<>();
    for (String each : state.split(",", -1)) {
      String member = each.strip();
      if (member.isEmpty()) {
        continue;
      }
      if (!MEMBER.matcher(member).matches()
          || !keys.add(member.substring(0, member.indexOf('=')))
          || keys.size() > MEMBERS_MAX) {
        return "";
      }
      if (kept.length() + member.length() < LENGTH_MAX) {
        kept.append(kept.isEmpty() ? "" : ",").append(member);
      }
    }
    return kept.toString();
  }
}
