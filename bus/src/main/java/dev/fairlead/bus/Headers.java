package dev.fairlead.bus;

/// Names of the headers on records.
public final class Headers {

  /// What kind of message the record is.
  public static final String TYPE = "type";

  /// The content type of the body; absent means `application/json`.
  public static final String CONTENT_TYPE = "ct";

  /// The session that the record came from or goes to.
  public static final String SESSION = "session";

  /// The epoch of that session, `generation.offset`.
  public static final String EPOCH = "epoch";

  /// When the sender made the record, milliseconds since 1970. Tables take their times from here.
  public static final String TIME = "time";

  /// What the record belongs to: the command of a reply, the event id that a device chose.
  public static final String CORRELATION = "correlation";

  /// The gateway that an inbox record is for.
  public static final String TO = "to";

  /// Why: of a close, a loss, a rejection, a dead letter.
  public static final String REASON = "reason";

  /// The outcome that a device gave a command.
  public static final String STATUS = "status";

  /// The kind of a command.
  public static final String KIND = "kind";

  /// Until when a command is worth running, milliseconds since 1970.
  public static final String DEADLINE = "deadline";

  /// Until when a device counts as one that flaps, milliseconds since 1970.
  public static final String UNTIL = "until";

  /// Which delivery of a command this is; from 1.
  public static final String ATTEMPT = "attempt";

  /// Of a `reported` record: [#FORM_WHOLE], or a merge patch where it is absent or says anything
  /// else.
  public static final String FORM = "form";

  /// Value of [#FORM]: the body is the whole document.
  public static final String FORM_WHOLE = "whole";

  /// A version of the twin: which one the body is; of a `reported` record, which one it is based
  /// on.
  public static final String VERSION = "version";

  /// Of a merge patch of the desired state: the version that it is to be applied to; absent where
  /// the body is the whole document.
  public static final String BASE = "base";

  /// The fingerprint of the client certificate that opened the session.
  public static final String CERTIFICATE = "certificate";

  /// The inbox in which an answer is awaited, `partition:name`.
  public static final String REPLY_TO = "reply-to";

  /// The network address that the device connected from.
  public static final String FROM = "from";

  /// The id of the sub-device that a record is about, of those that the device of the key speaks
  /// for.
  public static final String SUB_DEVICE = "sub-device";

  /// The content type that a body has when nothing is said.
  public static final String JSON = "application/json";

  private Headers() {}
}
