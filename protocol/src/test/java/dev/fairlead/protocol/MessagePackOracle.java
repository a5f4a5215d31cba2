package dev.fairlead.protocol;

import java.io.IOException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueFactory;

/// Reads and writes frames by the reference implementation, which knows nothing of widths.
final class MessagePackOracle {

  private MessagePackOracle() {}

  static org.msgpack.value.Value read(byte[] frame) throws IOException {
    try (MessageUnpacker in = MessagePack.newDefaultUnpacker(frame)) {
      org.msgpack.value.Value value = in.unpackValue();
      if (in.hasNext()) {
        throw new IOException("trailing bytes");
      }
      return value;
    }
  }

  static byte[] write(Message message) throws IOException {
    try (MessageBufferPacker out = MessagePack.newDefaultBufferPacker()) {
      out.packValue(model(message));
      return out.toByteArray();
    }
  }

  /// The value that a frame of this message holds.
  static org.msgpack.value.Value model(Message message) {
    Header header = message.header();
    Map<org.msgpack.value.Value, org.msgpack.value.Value> hdr = new LinkedHashMap<>();
    hdr.put(text("proto"), ValueFactory.newInteger(header.proto()));
    hdr.put(text("typ"), text(header.type()));
    header.sid().ifPresent(sid -> hdr.put(text("sid"), text(sid)));
    if (!header.props().isEmpty()) {
      hdr.put(text("props"), model(Value.of(header.props())));
    }
    Map<org.msgpack.value.Value, org.msgpack.value.Value> map = new LinkedHashMap<>();
    map.put(text("hdr"), ValueFactory.newMap(hdr));
    if (!message.body().isEmpty()) {
      map.put(text("body"), ValueFactory.newBinary(message.body().toByteArray()));
    }
    return ValueFactory.newMap(map);
  }

  private static org.msgpack.value.Value model(Value value) {
    return switch (value) {
      case Value.Null _ -> ValueFactory.newNil();
      case Value.Bool bool -> ValueFactory.newBoolean(bool.value());
      case Value.Int number when number.exceedsLong() ->
          ValueFactory.newInteger(new BigInteger(Long.toUnsignedString(number.value())));
      case Value.Int number -> ValueFactory.newInteger(number.value());
      case Value.Float number when number.single() -> ValueFactory.newFloat((float) number.value());
      case Value.Float number -> ValueFactory.newFloat(number.value());
      case Value.Text text -> text(text.value());
      case Value.Bytes bytes -> ValueFactory.newBinary(bytes.content().toByteArray());
      case Value.Extension extension ->
          ValueFactory.newExtension(extension.type(), extension.content().toByteArray());
      case Value.ListValue list -> model(list.items());
      case Value.MapValue map -> model(map.entries());
    };
  }

  private static org.msgpack.value.Value model(List<Value> items) {
    return ValueFactory.newArray(items.stream().map(MessagePackOracle::model).toList());
  }

  private static org.msgpack.value.Value model(Map<String, Value> entries) {
    Map<org.msgpack.value.Value, org.msgpack.value.Value> map = new LinkedHashMap<>();
    entries.forEach((key, value) -> map.put(text(key), model(value)));
    return ValueFactory.newMap(map);
  }

  private static org.msgpack.value.Value text(String text) {
    return ValueFactory.newString(text);
  }
}
