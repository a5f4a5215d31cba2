package dev.fairlead.agent.outbox;

import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.NativeProtocol;
import java.util.ArrayList;
import java.util.List;

/// Keeps what is sent, and says of it what the test wants.
final class RecordingTransmitter implements Transmitter {

  final List<Message> sent = new ArrayList<>();
  Transmission answer = Transmission.SENT;

  @Override
  public Transmission send(Message message) {
    if (answer == Transmission.SENT) {
      sent.add(message);
    }
    return answer;
  }

  List<String> ids() {
    return sent.stream()
        .map(message -> message.header().textProp(NativeProtocol.PROP_ID).orElseThrow())
        .toList();
  }

  List<String> bodies() {
    return sent.stream().map(message -> message.body().toUtf8()).toList();
  }
}
