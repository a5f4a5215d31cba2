package dev.fairlead.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Place;
import dev.fairlead.registry.presence.PresenceModel.Shown;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Presence against a model that was made in another way, by schedules of a seed. To see one again:
/// `-Dfairlead.seed=…`.
class PresenceModelTest {

  private static final int SCHEDULES = 5_000;
  private static final int STEPS_MAX = 150;
  private static final List<DeviceKey> DEVICES =
      List.of(DeviceKey.of("default", "d0"), DeviceKey.of("default", "d1"));

  private static LongStream seeds() {
    Long chosen = Long.getLong("fairlead.seed");
    return chosen == null
        ? new Random().longs(SCHEDULES).map(Math::absExact)
        : LongStream.of(chosen);
  }

  @Test
  void endsRightAndNeverShowsAnOlderSessionOverANewer() {
    seeds().forEach(PresenceModelTest::run);
  }

  private static void run(long seed) {
    try {
      Registry registry = new Registry();
      SessionSchedule schedule = new SessionSchedule(seed, DEVICES, registry, registry);
      int steps = new Random(seed).nextInt(STEPS_MAX);
      for (int i = 0; i < steps; i++) {
        schedule.step();
      }
      schedule.finish();
      for (DeviceKey device : DEVICES) {
        assertThat(registry.live(device).map(LiveSession::id)).isEqualTo(schedule.truth(device));
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("with -Dfairlead.seed=" + seed, e);
    }
  }

  /// The log, and what reads it.
  private static final class Registry implements SessionSchedule.Log, SessionSchedule.View {

    private final List<SessionMessage> log = new ArrayList<>();
    private final Map<DeviceKey, Presence> presence = new HashMap<>();
    private final Map<DeviceKey, PresenceModel> model = new HashMap<>();
    private final List<Presence.Closing> mail = new ArrayList<>();
    private int next;

    private Registry() {
      DEVICES.forEach(
          device -> {
            presence.put(device, Presence.NEVER);
            model.put(device, new PresenceModel());
          });
    }

    @Override
    public Epoch opened(DeviceKey device, SessionId session, Place place, long millis) {
      Epoch epoch = new Epoch(1, log.size());
      log.add(new SessionMessage.Opened(device, session, epoch, place, millis));
      return epoch;
    }

    @Override
    public void resumed(
        DeviceKey device, SessionId session, Epoch epoch, Place place, long millis) {
      log.add(new SessionMessage.Resumed(device, session, epoch, place, millis));
    }

    @Override
    public void closed(
        DeviceKey device, SessionId session, Epoch epoch, String reason, long millis) {
      log.add(new SessionMessage.Closed(device, session, epoch, reason, millis));
    }

    @Override
    public Optional<LiveSession> live(DeviceKey device) {
      Presence known = of(device);
      return known.session().filter(session -> known.online());
    }

    private Presence of(DeviceKey device) {
      return Objects.requireNonNull(presence.get(device));
    }

    @Override
    public void readOn(int records) {
      for (int i = 0; i < records && next < log.size(); i++) {
        read(log.get(next++));
      }
    }

    @Override
    public void readAll() {
      readOn(log.size());
    }

    @Override
    public void goBack(int records) {
      next = Math.max(0, next - records);
    }

    @Override
    public List<Presence.Closing> takeMail() {
      List<Presence.Closing> taken = List.copyOf(mail);
      mail.clear();
      return taken;
    }

    private void read(SessionMessage message) {
      DeviceKey device = message.device();
      Presence before = of(device);
      Presence.Step step = before.after(message, Instant.ofEpochMilli(message.timeMillis()));
      Presence after = step.after().judged(FlappingSettings.DEFAULT);
      // As the database would give it back.
      presence.put(
          device,
          new Presence(
              after.online(),
              after.session(),
              after.newest(),
              after.since(),
              after.lastSeenAt(),
              after.reason(),
              StoredHistory.read(StoredHistory.write(after.history())),
              after.flapping()));
      mail.addAll(step.closings());
      PresenceModel known = Objects.requireNonNull(model.get(device));
      known.read(message);
      assertThat(of(device)).isEqualTo(after);
      assertThat(
              new Shown(
                  after.session().filter(session -> after.online()).map(live -> live.id().value()),
                  after.reason()))
          .isEqualTo(known.shown());
      assertThat(epoch(after)).isGreaterThanOrEqualTo(epoch(before));
      assertThat(after.history().sessions())
          .hasSizeLessThanOrEqualTo(SessionHistory.SESSIONS_MAX)
          .extracting(PastSession::epoch)
          .isSortedAccordingTo(Comparator.naturalOrder());
    }

    private static Epoch epoch(Presence presence) {
      return presence.session().map(LiveSession::epoch).orElse(new Epoch(0, 0));
    }
  }
}
