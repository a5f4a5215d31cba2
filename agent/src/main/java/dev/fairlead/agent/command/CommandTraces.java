package dev.fairlead.agent.command;

import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.protocol.Header;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Gives the trace that a command came with back with what is replied to it. Safe for all threads.
public final class CommandTraces implements Transmitter {

  /// Of how many commands the traces are kept, the latest.
  static final int KEPT_MAX = 1_000;

  private final Transmitter transmitter;
  private final Map<String, Trace> kept = new LinkedHashMap<>();

  private record Trace(String parent, Optional<String> state) {}

  /// @param transmitter takes the replies
  public CommandTraces(Transmitter transmitter) {
    this.transmitter = transmitter;
  }

  /// A command came, perhaps with a trace.
  public void came(Message command) {
    Header header = command.header();
    Optional<String> parent = header.textProp(NativeProtocol.PROP_TRACE_PARENT);
    Optional<String> id = header.textProp(NativeProtocol.PROP_ID);
    if (parent.isPresent() && id.isPresent()) {
      keep(id.get(), new Trace(parent.get(), header.textProp(NativeProtocol.PROP_TRACE_STATE)));
    }
  }

  private synchronized void keep(String id, Trace trace) {
    kept.put(id, trace);
    if (kept.size() > KEPT_MAX) {
      kept.remove(kept.keySet().iterator().next());
    }
  }

  @Override
  public Transmission send(Message reply) {
    return transmitter.send(
        reply
            .header()
            .textProp(NativeProtocol.PROP_ID)
            .flatMap(this::of)
            .map(trace -> named(reply, trace))
            .orElse(reply));
  }

  private synchronized Optional<Trace> of(String id) {
    return Optional.ofNullable(kept.get(id));
  }

  private static Message named(Message reply, Trace trace) {
    Message named = reply.withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of(trace.parent()));
    return trace
        .state()
        .map(state -> named.withProp(NativeProtocol.PROP_TRACE_STATE, Value.of(state)))
        .orElse(named);
  }
}
