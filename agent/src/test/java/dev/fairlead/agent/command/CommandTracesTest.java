package dev.fairlead.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.connection.Transmitter.Transmission;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandTracesTest {

  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final List<Message> sent = new ArrayList<>();
  private final CommandTraces traces =
      new CommandTraces(
          message -> {
            sent.add(message);
            return Transmission.SENT;
          });

  private static Message command(String id) {
    return Command.json(id, "ping", Duration.ofSeconds(1), 1, Body.EMPTY).toMessage();
  }

  private static Message traced(String id) {
    return command(id)
        .withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of(PARENT))
        .withProp(NativeProtocol.PROP_TRACE_STATE, Value.of("a=1"));
  }

  @Test
  void givesTheTraceOfACommandBackWithItsReplies() {
    // Given
    traces.came(traced("c-1"));
    traces.came(command("c-2"));

    // When
    Transmission first = traces.send(Messages.delivered("c-1"));
    Transmission second = traces.send(Messages.result("c-1", ResultStatus.SUCCEEDED, Body.EMPTY));
    Transmission other = traces.send(Messages.delivered("c-2"));

    // Then
    assertThat(List.of(first, second, other)).containsOnly(Transmission.SENT);
    assertThat(sent.subList(0, 2))
        .allSatisfy(
            reply -> {
              assertThat(reply.header().textProp(NativeProtocol.PROP_TRACE_PARENT))
                  .contains(PARENT);
              assertThat(reply.header().textProp(NativeProtocol.PROP_TRACE_STATE)).contains("a=1");
            });
    assertThat(sent.getLast()).isEqualTo(Messages.delivered("c-2"));
  }

  @Test
  void forgetsTheOldestBeyondItsBound() {
    // Given
    IntStream.rangeClosed(0, CommandTraces.KEPT_MAX)
        .forEach(number -> traces.came(traced("c-" + number)));

    // When
    traces.send(Messages.delivered("c-0"));
    traces.send(Messages.delivered("c-1"));

    // Then
    assertThat(sent.getFirst().header().prop(NativeProtocol.PROP_TRACE_PARENT)).isEmpty();
    assertThat(sent.getLast().header().prop(NativeProtocol.PROP_TRACE_PARENT)).isPresent();
  }
}
