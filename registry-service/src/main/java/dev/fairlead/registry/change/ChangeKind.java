package dev.fairlead.registry.change;

import java.util.Arrays;
import java.util.Optional;

/// What can be told in the feed. The contract and `docs/changes.md` tell what goes with each.
public enum ChangeKind {
  /// A device was made.
  DEVICE_CREATED("device.created"),
  /// It is described in another way.
  DEVICE_UPDATED("device.updated"),
  /// It was deleted.
  DEVICE_DELETED("device.deleted"),
  /// It has a live session.
  DEVICE_ONLINE("device.online"),
  /// It has none any more.
  DEVICE_OFFLINE("device.offline"),
  /// It connects too often.
  DEVICE_FLAPPING("device.flapping"),
  /// It connected too often, and does no more.
  DEVICE_STEADY("device.steady"),
  /// What it reports about itself has changed.
  DEVICE_REPORTED("device.reported"),
  /// What it is to be like has changed.
  DEVICE_DESIRED("device.desired"),
  /// What it sent was refused by a schema of its type; told of the first, and once an hour at most.
  DEVICE_REJECTED("device.rejected"),
  /// A problem is there, or is told in another way.
  ALERT_RAISED("alert.raised"),
  /// It is over.
  ALERT_CLEARED("alert.cleared"),
  /// A command whose sender asked to be told has ended.
  COMMAND_ENDED("command.ended"),
  /// A device was put into a static group.
  GROUP_JOINED("group.joined"),
  /// It was taken out.
  GROUP_LEFT("group.left"),
  /// A webhook failed for so long that nothing is sent to it any more.
  WEBHOOK_DISABLED("webhook.disabled");

  private static final String TYPE = "dev.fairlead.";

  private final String word;

  ChangeKind(String word) {
    this.word = word;
  }

  /// The word for it in the table and in filters.
  public String word() {
    return word;
  }

  /// The `type` of the event.
  public String type() {
    return TYPE + word;
  }

  /// The kind of that word; empty for one that nobody has.
  public static Optional<ChangeKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
  }
}
