package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandLimitIT {

  private static final String PING = "{\"kind\":\"ping\"}";

  private CommandFixture fixture;

  @BeforeEach
  void start() {
    fixture =
        new CommandFixture(
            CommandFixture.settings(Map.of("LEASE", "1s", "EXPIRY_GRACE", "200ms")),
            new LimitSettings(
                Limits.defaults().with(Map.of(Limit.COMMANDS, 1L)), Duration.ofSeconds(1)));
    fixture.startService();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private List<Answer> send(DeviceKey device, int count) {
    return IntStream.range(0, count).mapToObj(i -> fixture.send(device, "", PING)).toList();
  }

  private static long accepted(List<Answer> answers) {
    return answers.stream().filter(answer -> answer.status() == 202).count();
  }

  @Test
  void refusesCommandsBeyondWhatTheTenantMaySend() {
    // Given
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    long start = System.nanoTime();

    // When
    List<Answer> answers = send(device, 40);

    // Then
    long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds() + 1;
    assertThat(accepted(answers)).isBetween(1L, 2 + seconds);
    assertThat(answers)
        .filteredOn(answer -> answer.status() != 202)
        .isNotEmpty()
        .allSatisfy(
            answer -> {
              assertThat(answer.status()).isEqualTo(429);
              assertThat(answer.problem()).isEqualTo("too-many-requests");
              assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            });
  }

  @Test
  void keepsToWhatTheTenantIsGiven() {
    // Given
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);

    // When
    fixture
        .gateway()
        .write(
            new AccessMessage.TenantLimits(new TenantId("default"), Map.of(Limit.COMMANDS, 1_000L))
                .toRecord());

    // Then
    await().until(() -> accepted(send(device, 20)) == 20);
  }
}
