package dev.fairlead.runtime.tracing;

import java.util.Optional;

/// One step of a trace, from [Tracing#start] to [#end]. Safe for all threads.
public interface TraceSpan {

  /// The attribute that names a device, as `tenant/deviceId`.
  String DEVICE = "fairlead.device.id";

  /// The attribute that names a command.
  String COMMAND = "fairlead.command.id";

  /// No step, of no trace.
  TraceSpan NONE = new PassedOnSpan(Optional.empty());

  /// What a step is, next to the one before it.
  enum Kind {
    /// It answers a request.
    SERVER,
    /// It hands something to the bus.
    PRODUCER,
    /// It takes something from the bus.
    CONSUMER
  }

  /// What the next step is given; empty where there is no trace.
  Optional<TraceContext> context();

  /// Adds an attribute.
  ///
  /// @return this step
  TraceSpan with(String name, String value);

  /// Adds an attribute.
  ///
  /// @return this step
  TraceSpan with(String name, long value);

  /// Says that the step did not do what it is for.
  ///
  /// @param why a few words, with nothing of what people or devices sent
  /// @return this step
  TraceSpan failed(String why);

  /// Ends the step; once.
  void end();
}
