package dev.fairlead.agent.command;

import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.NativeProtocol;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Keeps what is sent as `type id status reason`, and says of it what the test wants.
final class RecordingTransmitter implements Transmitter {

  final List<String> sent = new CopyOnWriteArrayList<>();
  volatile Transmission answer = Transmission.SENT;
  volatile int bodyBytesMax = Integer.MAX_VALUE;

  @Override
  public Transmission send(Message message) {
    if (message.body().length() > bodyBytesMax) {
      return Transmission.TOO_LARGE;
    }
    if (answer == Transmission.SENT) {
      sent.add(
          String.join(
                  " ",
                  message.header().type(),
                  prop(message, NativeProtocol.PROP_ID),
                  prop(message, NativeProtocol.PROP_STATUS),
                  prop(message, NativeProtocol.PROP_REASON))
              .strip());
    }
    return answer;
  }

  private static String prop(Message message, String name) {
    return message.header().textProp(name).orElse("");
  }
}
