package dev.fairlead.registry.event;

import dev.fairlead.registry.alert.OpenAlerts;
import dev.fairlead.registry.twin.Reported;
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
    /// Its device does not exist.
    UNKNOWN_DEVICE
  }

  /// The state after an event, and what became of it.
  record Step(DeviceState after, Outcome outcome) {}

  /// Uses an event.
  Step after(DeviceEvent event) {
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
    return changed
        .map(state -> new Step(state, Outcome.USED))
        .orElseGet(() -> new Step(new DeviceState(seen, alerts), Outcome.TOO_LARGE));
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
