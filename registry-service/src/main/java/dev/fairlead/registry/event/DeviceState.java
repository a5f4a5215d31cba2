package dev.fairlead.registry.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.schema.JsonSchema;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.alert.OpenAlerts;
import dev.fairlead.registry.twin.Reported;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What events change of a device.
///
/// @param reported its reported document, with the epoch of the last event
/// @param alerts its open alerts
record DeviceState(Reported reported, OpenAlerts alerts) {

  /// What became of an event; the word for it in metrics.
  enum Outcome {
    /// It changed what it had to change.
    USED,
    /// It came from a session that a newer one has replaced.
    LATE,
    /// It would have made the state too large.
    TOO_LARGE,
    /// It was made from another version of the document than the one that is there.
    VERSION_CONFLICT,
    /// The document would break the schema of the device's type.
    SCHEMA_VIOLATION,
    /// Its device does not exist.
    UNKNOWN_DEVICE
  }

  /// A document that the device's type does not allow.
  ///
  /// @param document as it would be
  record Refused(ObjectNode document, List<Violation> errors) {}

  /// The state after an event, and what became of it.
  ///
  /// @param refused the document, of a [Outcome#SCHEMA_VIOLATION]
  record Step(DeviceState after, Outcome outcome, Optional<Refused> refused) {
    Step(DeviceState after, Outcome outcome) {
      this(after, outcome, Optional.empty());
    }
  }

  /// Uses an event.
  ///
  /// @param schema that the reported document must keep to, if there is one
  Step after(DeviceEvent event, Optional<JsonSchema> schema) {
    if (reported.isLate(event.epoch())) {
      return new Step(this, Outcome.LATE);
    }
    if (base(event.content()).stream().anyMatch(base -> base != reported.version())) {
      return new Step(
          new DeviceState(reported.seen(event.epoch(), event.takenAt()), alerts),
          Outcome.VERSION_CONFLICT);
    }
    Reported seen = reported.seen(event.epoch(), event.takenAt());
    Optional<DeviceState> changed =
        switch (event.content()) {
          case DeviceEvent.Content.Patch(var patch, _) ->
              seen.patched(patch).map(document -> new DeviceState(document, alerts));
          case DeviceEvent.Content.Whole(var document, _) ->
              seen.replaced(document).map(whole -> new DeviceState(whole, alerts));
          case DeviceEvent.Content.Problem(var change) ->
              alerts.after(change).map(open -> new DeviceState(seen, open));
          // Used elsewhere.
          case DeviceEvent.Content.Request _ -> Optional.of(new DeviceState(seen, alerts));
          case DeviceEvent.Content.Answer _ -> Optional.of(new DeviceState(seen, alerts));
          case DeviceEvent.Content.LogLine() -> Optional.of(new DeviceState(seen, alerts));
        };
    if (changed.isEmpty()) {
      return new Step(new DeviceState(seen, alerts), Outcome.TOO_LARGE);
    }
    ObjectNode document = changed.get().reported().document();
    List<Violation> errors =
        isDocument(event.content()) ? TypeSchemas.check(schema, document) : List.of();
    return errors.isEmpty()
        ? new Step(changed.get(), Outcome.USED)
        : new Step(
            new DeviceState(seen, alerts),
            Outcome.SCHEMA_VIOLATION,
            Optional.of(new Refused(document, errors)));
  }

  private static boolean isDocument(DeviceEvent.Content content) {
    return content instanceof DeviceEvent.Content.Patch
        || content instanceof DeviceEvent.Content.Whole;
  }

  private static OptionalLong base(DeviceEvent.Content content) {
    return switch (content) {
      case DeviceEvent.Content.Patch(_, OptionalLong base) -> base;
      case DeviceEvent.Content.Whole(_, OptionalLong base) -> base;
      case DeviceEvent.Content.Problem _,
          DeviceEvent.Content.Request _,
          DeviceEvent.Content.Answer _,
          DeviceEvent.Content.LogLine _ ->
          OptionalLong.empty();
    };
  }
}
