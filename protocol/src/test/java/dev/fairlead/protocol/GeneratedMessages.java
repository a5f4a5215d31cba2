package dev.fairlead.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Messages from a seed: every kind of value, every integer format, every length class, within
/// the default limits.
final class GeneratedMessages {

  private static final int DEPTH_MAX = 3;
  private static final int[] LENGTHS = {0, 1, 2, 4, 7, 8, 15, 16, 31, 32, 255, 256, 300};

  private final Random random;
  private final boolean jsonOnly;

  private GeneratedMessages(long seed, boolean jsonOnly) {
    this.random = new Random(seed);
    this.jsonOnly = jsonOnly;
  }

  static Message any(long seed) {
    return new GeneratedMessages(seed, false).message();
  }

  /// One that has a form on the JSON wire.
  static Message forJson(long seed) {
    return new GeneratedMessages(seed, true).message();
  }

  private Message message() {
    Optional<String> sid = random.nextBoolean() ? Optional.of(text()) : Optional.empty();
    Header header = new Header(random.nextInt(0x10000), text(), sid, entries(0));
    byte[] body = bytes(random.nextInt(8) == 0 ? 70_000 : length());
    return new Message(header, Body.of(body));
  }

  private Map<String, Value> entries(int depth) {
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int left = count(depth); left > 0; left--) {
      String key = "k" + entries.size() + text();
      entries.put(key.length() > 50 ? key.substring(0, 2) : key, value(depth + 1));
    }
    return entries;
  }

  private int count(int depth) {
    return depth == 0 && random.nextInt(10) == 0 ? 20 : random.nextInt(5);
  }

  private Value value(int depth) {
    return switch (random.nextInt(depth < DEPTH_MAX ? 9 : 7)) {
      case 0 -> Value.ofNull();
      case 1 -> Value.of(random.nextBoolean());
      case 2 -> integer();
      case 3 -> floating();
      case 4 -> Value.of(text());
      case 5 -> jsonOnly ? integer() : Value.of(Body.of(bytes(length())));
      case 6 -> jsonOnly ? floating() : extension();
      case 7 -> Value.of(items(depth));
      default -> Value.of(entries(depth));
    };
  }

  private List<Value> items(int depth) {
    List<Value> items = new ArrayList<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      items.add(value(depth + 1));
    }
    return items;
  }

  private Value integer() {
    IntFormat[] formats = IntFormat.values();
    IntFormat format = formats[random.nextInt(formats.length)];
    long value = random.nextLong() >> random.nextInt(64);
    while (!format.fits(value)) {
      value = (random.nextBoolean() ? value : ~value) >> 1;
    }
    return new Value.Int(value, format);
  }

  private Value floating() {
    return random.nextBoolean()
        ? new Value.Float(random.nextFloat() * 1e6f, true)
        : Value.of(random.nextGaussian() * 1e9);
  }

  private Value extension() {
    // Not the predefined types below 0: the reference implementation judges their content.
    return new Value.Extension((byte) random.nextInt(128), Body.of(bytes(length())));
  }

  private int length() {
    return LENGTHS[random.nextInt(LENGTHS.length)];
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private String text() {
    int[] points = {'a', '"', '\\', '\n', 0, 0x7f, 'ß', 0x20ac, 0xffff, 0x1f6f0, 0x10ffff};
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(12) == 0 ? 64 : random.nextInt(9); left > 0; left--) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }
}
