package dev.fairlead.gateway;

import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.gateway.admission.ConnectionCounts;
import dev.fairlead.gateway.admission.HandshakeLimits;
import dev.fairlead.gateway.admission.ProxySettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.tracing.TracingSettings;
import java.time.Duration;
import java.util.Optional;

/// What a gateway is set to.
///
/// @param bus where the bus is
/// @param http where devices are listened for; empty where somebody else does that and hands
///     requests over
/// @param tls where devices are listened for with TLS; empty where it ends elsewhere
/// @param nameStem what the gateway's name begins with; empty for the default
/// @param keepalive how often each device is pinged; one silent for one and a half of it is closed
/// @param openedTimeout how long the bus may take for a session's first record
/// @param accessContactMax how long `fairlead.access` may be out of sight before newcomers are
///     refused
/// @param messageBytesMax the largest message of a device
/// @param connections how many there may be
/// @param handshakes how many handshakes may fail
/// @param pendingBytesMax how much may be under way to the bus
/// @param heldBytesMax how much may be held beyond that
/// @param sendQueueBytesMax how much may wait to be sent to one device
/// @param drainRate how many connections are closed in a second when the gateway stops
/// @param drainTimeout how long that may take
/// @param beatInterval how often the gateway says that it lives
/// @param proxies whose word about a device is believed
/// @param limits what tenants and their devices may
/// @param rateExcessMax how long a device may be faster than allowed before it is closed
/// @param flapping when a device connects too often
/// @param tracing whether messages are traced
public record GatewayConfig(
    BusSettings bus,
    Optional<HttpServerSettings> http,
    Optional<TlsDoor> tls,
    String nameStem,
    Duration keepalive,
    Duration openedTimeout,
    Duration accessContactMax,
    int messageBytesMax,
    ConnectionCounts.Limits connections,
    HandshakeLimits handshakes,
    long pendingBytesMax,
    long heldBytesMax,
    long sendQueueBytesMax,
    int drainRate,
    Duration drainTimeout,
    Duration beatInterval,
    ProxySettings proxies,
    LimitSettings limits,
    Duration rateExcessMax,
    FlappingSettings flapping,
    TracingSettings tracing) {

  private static final int HTTP_PORT = 8081;
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;
  private static final long GIB = 1024 * MIB;
  private static final int CONNECTIONS_CEILING = 10_000_000;

  /// A record on the bus is at most 2 MiB, headers included.
  private static final long MESSAGE_BYTES_CEILING = 1920 * KIB;

  private static final String NAME_FORM = "[A-Za-z0-9._-]{0,53}";

  /// Reads the settings of a gateway that listens itself.
  public static GatewayConfig from(Settings settings) {
    Optional<TlsDoor> tls = TlsDoor.from(settings);
    GatewayConfig config =
        new GatewayConfig(
            BusSettings.from(settings),
            Optional.of(HttpServerSettings.from(settings, HTTP_PORT)),
            tls,
            settings.text(
                "GATEWAY_NAME", "", "What the gateway's name begins with; the rest is random."),
            settings.duration(
                "KEEPALIVE",
                Duration.ofSeconds(25),
                Duration.ofMillis(200),
                Duration.ofSeconds(25),
                "How often each device is pinged; silent for 1.5 times that, it is closed."),
            settings.duration(
                "OPENED_TIMEOUT",
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Duration.ofMinutes(1),
                "How long the bus may take for a session's first record."),
            settings.duration(
                "ACCESS_CONTACT_MAX",
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofHours(1),
                "How long revocations may be out of sight before newcomers are refused."),
            (int)
                settings.size(
                    "MESSAGE_BYTES_MAX",
                    MIB,
                    16 * KIB,
                    MESSAGE_BYTES_CEILING,
                    "The largest message of a device."),
            connections(settings),
            HandshakeLimits.from(settings),
            settings.size(
                "PENDING_BYTES_MAX",
                32 * MIB,
                4 * MIB,
                8 * GIB,
                "Memory of what is under way to the bus."),
            settings.size(
                "HELD_BYTES_MAX",
                64 * MIB,
                MIB,
                8 * GIB,
                "Memory of what is held for devices that wait for the bus."),
            settings.size(
                "SEND_QUEUE_BYTES_MAX",
                4 * MIB,
                64 * KIB,
                64 * MIB,
                "Bytes that may wait to be sent to one device."),
            settings.integer(
                "DRAIN_RATE",
                1_000,
                1,
                1_000_000,
                "Connections closed in a second when the gateway stops."),
            settings.duration(
                "DRAIN_TIMEOUT",
                Duration.ofSeconds(12),
                Duration.ofSeconds(1),
                Duration.ofMinutes(10),
                "How long closing all connections may take; less than STOP_TIMEOUT."),
            settings.duration(
                "BEAT_INTERVAL",
                Duration.ofSeconds(1),
                Duration.ofMillis(50),
                Duration.ofSeconds(30),
                "How often the gateway says on the bus that it lives."),
            ProxySettings.from(settings, tls.filter(TlsDoor::proxied).isPresent()),
            LimitSettings.from(settings),
            settings.duration(
                "RATE_EXCESS_MAX",
                Duration.ofMinutes(5),
                Duration.ofMillis(500),
                Duration.ofHours(1),
                "How long a device may be slowed down for its rate before it is closed."),
            FlappingSettings.from(settings),
            TracingSettings.from(settings));
    if (!config.nameStem().matches(NAME_FORM)) {
      settings.problem("FAIRLEAD_GATEWAY_NAME must be at most 53 of A-Z a-z 0-9 . _ -");
    }
    if (config.tls().filter(TlsDoor::proxied).isPresent()
        && config.proxies().addresses().ranges().isEmpty()) {
      settings.problem("FAIRLEAD_TLS_PROXY_PROTOCOL needs FAIRLEAD_PROXY_ADDRESSES");
    }
    if (config.sendQueueBytesMax() < config.messageBytesMax()) {
      // Else a device could be sent nothing of that size, however fast it reads.
      settings.problem("FAIRLEAD_SEND_QUEUE_BYTES_MAX must be at least FAIRLEAD_MESSAGE_BYTES_MAX");
    }
    return config;
  }

  /// The same for a gateway that is handed its requests.
  public GatewayConfig withoutHttp() {
    return new GatewayConfig(
        bus,
        Optional.empty(),
        Optional.empty(),
        nameStem,
        keepalive,
        openedTimeout,
        accessContactMax,
        messageBytesMax,
        connections,
        handshakes,
        pendingBytesMax,
        heldBytesMax,
        sendQueueBytesMax,
        drainRate,
        drainTimeout,
        beatInterval,
        proxies,
        limits,
        rateExcessMax,
        flapping,
        tracing);
  }

  private static ConnectionCounts.Limits connections(Settings settings) {
    return new ConnectionCounts.Limits(
        settings.integer(
            "CONNECTIONS_MAX", 20_000, 1, CONNECTIONS_CEILING, "Connections of one gateway."),
        settings.integer(
            "CONNECTIONS_PER_LOOPBACK_ADDRESS",
            20_000,
            1,
            CONNECTIONS_CEILING,
            "Connections from one address of this machine itself."),
        settings.integer(
            "CONNECTIONS_PER_ADDRESS",
            100,
            1,
            CONNECTIONS_CEILING,
            "Connections from one other address."));
  }
}
