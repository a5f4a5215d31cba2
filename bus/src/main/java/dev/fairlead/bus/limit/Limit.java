package dev.fairlead.bus.limit;

import java.util.Optional;
import java.util.stream.Stream;

/// Something of which a tenant or one of its devices may have only so much.
public enum Limit {
  /// Devices of a tenant.
  DEVICES("devices", "TENANT_DEVICES_MAX", 10_000_000, "Devices of one tenant."),
  /// Connections of a tenant's devices.
  CONNECTIONS(
      "connections", "TENANT_CONNECTIONS_MAX", 1_000_000, "Connections of one tenant's devices."),
  /// Messages of all devices of a tenant in a second.
  MESSAGES(
      "messagesPerSecond",
      "TENANT_MESSAGES_PER_SECOND",
      1_000_000,
      "Messages in a second of all devices of one tenant."),
  /// Bytes of those messages in a second.
  BYTES(
      "bytesPerSecond",
      "TENANT_BYTES_PER_SECOND",
      1L << 30,
      "Bytes of messages in a second of all devices of one tenant."),
  /// Commands to devices of a tenant that are accepted in a second.
  COMMANDS(
      "commandsPerSecond",
      "TENANT_COMMANDS_PER_SECOND",
      10_000,
      "Commands in a second to the devices of one tenant."),
  /// Messages of one device in a second.
  DEVICE_MESSAGES(
      "deviceMessagesPerSecond",
      "DEVICE_MESSAGES_PER_SECOND",
      100,
      "Messages of one device in a second, over a while."),
  /// Bytes of those messages in a second.
  DEVICE_BYTES(
      "deviceBytesPerSecond",
      "DEVICE_BYTES_PER_SECOND",
      1L << 20,
      "Bytes of messages of one device in a second, over a while.");

  /// The least that can be set.
  public static final long MIN = 1;

  /// The most that can be set.
  public static final long MAX = 1_000_000_000_000L;

  private final String word;
  private final String setting;
  private final long fallback;
  private final String description;

  Limit(String word, String setting, long fallback, String description) {
    this.word = word;
    this.setting = setting;
    this.fallback = fallback;
    this.description = description;
  }

  /// The name in the API and on the bus.
  public String word() {
    return word;
  }

  /// The setting of its default, without the prefix.
  public String setting() {
    return setting;
  }

  /// What holds where nothing is set.
  public long fallback() {
    return fallback;
  }

  String description() {
    return description;
  }

  boolean isBytes() {
    return this == BYTES || this == DEVICE_BYTES;
  }

  /// The limit of that name.
  public static Optional<Limit> of(String word) {
    return Stream.of(values()).filter(limit -> limit.word.equals(word)).findFirst();
  }
}
