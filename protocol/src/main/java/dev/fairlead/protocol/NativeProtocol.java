package dev.fairlead.protocol;

/// The names and numbers of the native protocol; `docs/protocol.md` is their meaning.
public final class NativeProtocol {

  /// Subprotocol of [WireFormat#MESSAGE_PACK].
  public static final String SUBPROTOCOL_MESSAGE_PACK = "fairlead.v1.msgpack";

  /// Subprotocol of [WireFormat#JSON].
  public static final String SUBPROTOCOL_JSON = "fairlead.v1.json";

  /// Where devices connect.
  public static final String PATH = "/connect";

  /// Query parameter with the token, for clients that cannot set a header.
  public static final String QUERY_TOKEN = "token";

  /// Header in which a device that connects again names its last session, `session@address`, both
  /// from its `hello`.
  public static final String HEADER_LAST_SESSION = "Fairlead-Last-Session";

  /// Query parameter for the same, for clients that cannot set a header.
  public static final String QUERY_LAST_SESSION = "last";

  /// Terminals.
  public static final int PROTO_SHELL = 1;

  /// Files.
  public static final int PROTO_FILE_TRANSFER = 2;

  /// Forwarded ports.
  public static final int PROTO_PORT_FORWARD = 3;

  /// Requests to the Mender client.
  public static final int PROTO_MENDER_CLIENT = 4;

  /// What devices report.
  public static final int PROTO_DATA = 256;

  /// What devices are to do.
  public static final int PROTO_COMMAND = 257;

  /// Desired and reported state.
  public static final int PROTO_TWIN = 258;

  /// Publish and subscribe.
  public static final int PROTO_TOPIC = 259;

  /// The connection itself.
  public static final int PROTO_CONTROL = 0xffff;

  /// The greatest number a proto can be.
  public static final int PROTO_MAX = 0xffff;

  public static final String TYPE_TELEMETRY = "telemetry";
  public static final String TYPE_STATUS = "status";
  public static final String TYPE_ALERT = "alert";
  public static final String TYPE_LOG = "log";

  /// Of data: what the bus has. Of twin: what a device answers to a desired version.
  public static final String TYPE_ACK = "ack";

  public static final String TYPE_COMMAND = "command";
  public static final String TYPE_CANCEL = "cancel";
  public static final String TYPE_DELIVERED = "delivered";
  public static final String TYPE_PROGRESS = "progress";
  public static final String TYPE_RESULT = "result";

  public static final String TYPE_REPORTED = "reported";
  public static final String TYPE_DESIRED = "desired";

  public static final String TYPE_SUBSCRIBE = "subscribe";
  public static final String TYPE_UNSUBSCRIBE = "unsubscribe";
  public static final String TYPE_PUBLISH = "publish";
  public static final String TYPE_MESSAGE = "message";

  public static final String TYPE_HELLO = "hello";
  public static final String TYPE_GOAWAY = "goaway";
  public static final String TYPE_CREDENTIAL = "credential";

  /// A request for the certificate that is to follow the one of the session.
  public static final String TYPE_CSR = "csr";

  public static final String TYPE_PING = "ping";
  public static final String TYPE_PONG = "pong";
  public static final String TYPE_ERROR = "error";
  public static final String TYPE_OPEN = "open";
  public static final String TYPE_ACCEPT = "accept";
  public static final String TYPE_CLOSE = "close";

  /// Text: which event or command; a list of texts in an ack of several.
  public static final String PROP_ID = "id";

  /// Text: media type of the body.
  public static final String PROP_CONTENT_TYPE = "ct";

  /// Text, on the JSON wire alone: how the body is wrapped.
  public static final String PROP_ENCODING = "enc";

  /// The only value of [#PROP_ENCODING].
  public static final String ENCODING_BASE64 = "base64";

  /// Integer: the time an event is of, milliseconds since 1970.
  public static final String PROP_TIME = "ts";

  /// Text: what became of a command, see [ResultStatus], or of a desired state, see
  /// [DesiredStatus].
  public static final String PROP_STATUS = "status";

  /// Text: why, for people.
  public static final String PROP_REASON = "reason";

  /// Text: what a command asks for.
  public static final String PROP_KIND = "kind";

  /// Integer: milliseconds left for a command.
  public static final String PROP_DEADLINE = "deadline";

  /// Integer from 1: which sending of the command this is.
  public static final String PROP_ATTEMPT = "attempt";

  /// Integer: a version of the twin.
  public static final String PROP_VERSION = "version";

  /// Integer: of a patch of the desired state, the version that it is to be applied to.
  public static final String PROP_BASE = "base";

  /// Text: `patch` (a JSON merge patch, also if absent) or `whole`.
  public static final String PROP_FORM = "form";

  /// Value of [#PROP_FORM]: a JSON merge patch.
  public static final String FORM_PATCH = "patch";

  /// Value of [#PROP_FORM]: the whole document.
  public static final String FORM_WHOLE = "whole";

  /// Text: a topic, or the pattern of a subscription.
  public static final String PROP_TOPIC = "topic";

  /// Which sub-device a message is about, by its id: of those that the device of the connection
  /// speaks for.
  public static final String PROP_DEVICE = "device";

  /// Text: the trace that a message is a step of (W3C Trace Context).
  public static final String PROP_TRACE_PARENT = "traceparent";

  /// Text: what other systems keep with that trace.
  public static final String PROP_TRACE_STATE = "tracestate";

  /// Text: the session's id.
  public static final String PROP_SESSION = "session";

  /// Text: the address of the gateway's inbox.
  public static final String PROP_ADDRESS = "address";

  /// Integer: the gateway's clock, milliseconds since 1970.
  public static final String PROP_SERVER_TIME = "time";

  /// Integer: milliseconds between the gateway's pings; it closes after one and a half of it
  /// without a frame.
  public static final String PROP_KEEPALIVE = "keepalive";

  /// Map of integers: what the gateway accepts.
  public static final String PROP_LIMITS = "limits";

  /// Integer: milliseconds to wait before connecting again.
  public static final String PROP_RECONNECT_AFTER = "reconnect";

  /// Text: a new token.
  public static final String PROP_TOKEN = "token";

  /// Media type of requests for certificates and of certificates: PEM (RFC 7468).
  public static final String CONTENT_TYPE_PEM = "application/x-pem-file";

  /// Normal closure (RFC 6455 §7.4.1).
  public static final int CLOSE_NORMAL = 1000;

  /// The peer goes away (RFC 6455 §7.4.1).
  public static final int CLOSE_GOING_AWAY = 1001;

  /// Broken WebSocket framing (RFC 6455 §7.4.1).
  public static final int CLOSE_PROTOCOL_ERROR = 1002;

  /// A text frame on the binary wire or the reverse, or a form this wire lacks (RFC 6455 §7.4.1).
  public static final int CLOSE_UNSUPPORTED = 1003;

  /// Not a message (RFC 6455 §7.4.1).
  public static final int CLOSE_MALFORMED = 1007;

  /// Not allowed (RFC 6455 §7.4.1).
  public static final int CLOSE_POLICY = 1008;

  /// Beyond a limit (RFC 6455 §7.4.1).
  public static final int CLOSE_TOO_LARGE = 1009;

  /// The gateway failed (RFC 6455 §7.4.1).
  public static final int CLOSE_INTERNAL_ERROR = 1011;

  /// The gateway drains: connect again.
  public static final int CLOSE_DRAIN = 1012;

  /// The gateway cannot serve now: connect again later.
  public static final int CLOSE_TRY_LATER = 1013;

  /// A newer session of the device took over.
  public static final int CLOSE_REPLACED = 4001;

  /// The credential was revoked or the device deleted.
  public static final int CLOSE_REVOKED = 4002;

  /// Sent faster than allowed.
  public static final int CLOSE_RATE = 4003;

  /// Silent for longer than the keepalive.
  public static final int CLOSE_IDLE = 4008;

  private NativeProtocol() {}
}
