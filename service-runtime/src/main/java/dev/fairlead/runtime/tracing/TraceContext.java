package dev.fairlead.runtime.tracing;

import java.util.Optional;

/// What one step of a trace hands to the next (W3C Trace Context).
///
/// @param traceId 32 hexadecimal digits, the same in all steps
/// @param spanId 16 hexadecimal digits, of the step that hands it on
/// @param flags the trace flags, of which bit 0 says that the trace is recorded
/// @param state what other systems keep with the trace, as `tracestate` has it; may be empty
public record TraceContext(String traceId, String spanId, int flags, String state) {

  /// The name of the header, of the record's header and of the message's property that carry it.
  public static final String TRACEPARENT = "traceparent";

  /// The same for [#state].
  public static final String TRACESTATE = "tracestate";

  /// The flag of a trace that is recorded.
  public static final int SAMPLED = 1;

  /// Those that are handed on: sampled and random.
  private static final int FLAGS_KNOWN = 3;

  private static final int TRACE_ID_LENGTH = 32;
  private static final int SPAN_ID_LENGTH = 16;
  private static final int TRACE_ID_AT = 3;
  private static final int SPAN_ID_AT = TRACE_ID_AT + TRACE_ID_LENGTH + 1;
  private static final int FLAGS_AT = SPAN_ID_AT + SPAN_ID_LENGTH + 1;

  /// How long `traceparent` is in the version that is known.
  private static final int LENGTH = FLAGS_AT + 2;

  /// @throws IllegalArgumentException for ids that are none
  public TraceContext {
    if (!isId(traceId, TRACE_ID_LENGTH) || !isId(spanId, SPAN_ID_LENGTH)) {
      throw new IllegalArgumentException("no ids of a trace");
    }
    flags &= FLAGS_KNOWN;
  }

  /// Reads `traceparent` (W3C Trace Context §3.2). What cannot be read is nothing, as the standard
  /// has it: the trace begins anew. Of a later version as much is read as is known.
  ///
  /// @param state `tracestate`; empty for none, and ignored where it is malformed
  public static Optional<TraceContext> parse(String parent, String state) {
    if (!isKnownForm(parent)) {
      return Optional.empty();
    }
    String traceId = parent.substring(TRACE_ID_AT, TRACE_ID_AT + TRACE_ID_LENGTH);
    String spanId = parent.substring(SPAN_ID_AT, SPAN_ID_AT + SPAN_ID_LENGTH);
    return isId(traceId, TRACE_ID_LENGTH) && isId(spanId, SPAN_ID_LENGTH)
        ? Optional.of(
            new TraceContext(
                traceId,
                spanId,
                Integer.parseInt(parent, FLAGS_AT, LENGTH, 16),
                TraceState.bounded(state)))
        : Optional.empty();
  }

  private static boolean isKnownForm(String parent) {
    return parent.length() >= LENGTH
        && isHex(parent, 0, 2)
        && !parent.startsWith("ff")
        && (parent.length() == LENGTH || (!parent.startsWith("00") && parent.charAt(LENGTH) == '-'))
        && parent.charAt(TRACE_ID_AT - 1) == '-'
        && parent.charAt(SPAN_ID_AT - 1) == '-'
        && parent.charAt(FLAGS_AT - 1) == '-'
        && isHex(parent, FLAGS_AT, LENGTH);
  }

  /// Reads what [#toText] wrote.
  public static Optional<TraceContext> ofText(String text) {
    int end = text.indexOf(' ');
    return end < 0 ? parse(text, "") : parse(text.substring(0, end), text.substring(end + 1));
  }

  /// Both values as one text, for a row of a table.
  public String toText() {
    return state.isEmpty() ? traceparent() : traceparent() + ' ' + state;
  }

  /// The value of `traceparent`.
  public String traceparent() {
    return "00-" + traceId + '-' + spanId + "-0" + flags;
  }

  /// Whether the trace is recorded.
  public boolean isSampled() {
    return (flags & SAMPLED) != 0;
  }

  private static boolean isId(String text, int length) {
    if (text.length() != length || !isHex(text, 0, length)) {
      return false;
    }
    for (int at = 0; at < length; at++) {
      if (text.charAt(at) != '0') {
        return true;
      }
    }
    return false;
  }

  /// In lower case, as the standard wants it.
  private static boolean isHex(String text, int from, int to) {
    for (int at = from; at < to; at++) {
      char c = text.charAt(at);
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }
}
