package dev.fairlead.registry;

import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.registry.alert.AlertSettings;
import dev.fairlead.registry.bulk.BulkSettings;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.enrolment.EnrolmentSettings;
import dev.fairlead.registry.map.MapSettings;
import dev.fairlead.registry.signin.SignInSettings;
import dev.fairlead.registry.telemetry.TelemetrySettings;
import dev.fairlead.registry.webhook.WebhookSettings;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.http.ApiSettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.tracing.TracingSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// What a registry needs to know.
///
/// @param http where it listens; empty when somebody else hands it its requests
/// @param api the bounds of its HTTP interface
/// @param database its PostgreSQL
/// @param bus its Kafka
/// @param adminKey the key of the operator, with every right; without one, that of an earlier start
///     stays
/// @param masterKey 32 bytes in Base64, which encrypt private keys in the database
/// @param previousMasterKey the one before, after a change: what it encrypted is encrypted anew
/// @param deviceTokenLifetime how long a device's token is good
/// @param deviceCertificateLifetime how long a certificate that is issued to a device is good
/// @param signingKeyLifetime how long a key signs tokens before the next one is made
/// @param auditRetention how long an entry of the audit is kept
/// @param enrolment the bounds of enrolments
/// @param changes the bounds of the change feed
/// @param webhooks the bounds of webhooks
/// @param gatewayLostBeats how many beats of the registry a gateway may miss
/// @param gatewayBeatInterval between two beats of the registry
/// @param signIn how people sign in
/// @param limits what tenants and their devices may
/// @param alerts how long alerts are kept, and when rules are looked at
/// @param flapping when a device connects too often
/// @param telemetry what the view of telemetry may cost
/// @param map how fresh maps of many devices are
/// @param bulk the bounds of imports and patches
/// @param tracing whether requests and events are traced
public record RegistryConfig(
    Optional<HttpServerSettings> http,
    ApiSettings api,
    DatabaseSettings database,
    BusSettings bus,
    Optional<Secret> adminKey,
    Secret masterKey,
    Optional<Secret> previousMasterKey,
    Duration deviceTokenLifetime,
    Duration deviceCertificateLifetime,
    Duration signingKeyLifetime,
    Duration auditRetention,
    EnrolmentSettings enrolment,
    FeedSettings changes,
    WebhookSettings webhooks,
    int gatewayLostBeats,
    Duration gatewayBeatInterval,
    SignInSettings signIn,
    LimitSettings limits,
    AlertSettings alerts,
    FlappingSettings flapping,
    TelemetrySettings telemetry,
    MapSettings map,
    BulkSettings bulk,
    TracingSettings tracing) {

  /// The name of the service and of its schema.
  static final String SERVICE = "registry";

  private static final int HTTP_PORT = 8082;
  private static final Duration TOKEN_LIFETIME = Duration.ofDays(400);
  private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(400);
  private static final Duration SIGNING_KEY_LIFETIME = Duration.ofDays(90);
  private static final Duration AUDIT_RETENTION = Duration.ofDays(400);
  private static final int LOST_BEATS = 5;
  private static final Duration BEAT_INTERVAL = Duration.ofSeconds(1);

  /// Reads the settings of a registry that is a process of its own.
  public static RegistryConfig from(Settings settings) {
    Secret masterKey =
        settings.secret(
            "MASTER_KEY", "32 bytes in Base64 that encrypt private keys in the database.");
    check(settings, "MASTER_KEY", masterKey);
    Optional<Secret> previous =
        settings.optionalSecret(
            "PREVIOUS_MASTER_KEY",
            "The master key before the one that is set, for the start after a change.");
    previous.ifPresent(key -> check(settings, "PREVIOUS_MASTER_KEY", key));
    return new RegistryConfig(
        Optional.of(HttpServerSettings.from(settings, HTTP_PORT)),
        ApiSettings.from(settings, SERVICE),
        DatabaseSettings.from(settings),
        BusSettings.from(settings),
        settings.optionalSecret("ADMIN_KEY", "The API key of the operator, with every right."),
        masterKey,
        previous,
        settings.duration(
            "DEVICE_TOKEN_LIFETIME",
            TOKEN_LIFETIME,
            Duration.ofMinutes(1),
            Duration.ofDays(3650),
            "How long a device's token is good."),
        settings.duration(
            "DEVICE_CERTIFICATE_LIFETIME",
            CERTIFICATE_LIFETIME,
            Duration.ofMinutes(1),
            Duration.ofDays(3650),
            "How long a certificate that is issued to a device is good."),
        settings.duration(
            "SIGNING_KEY_LIFETIME",
            SIGNING_KEY_LIFETIME,
            Duration.ofHours(1),
            Duration.ofDays(3650),
            "How long a key signs devices' tokens before the next one takes its place."),
        settings.duration(
            "AUDIT_RETENTION",
            AUDIT_RETENTION,
            Duration.ofDays(1),
            Duration.ofDays(36_500),
            "How long an entry of the audit is kept."),
        EnrolmentSettings.from(settings),
        FeedSettings.from(
            settings,
            "CHANGE",
            "How long a change stays in the feed.",
            "How many streams of changes a registry serves to one tenant at once."),
        WebhookSettings.from(settings),
        settings.integer(
            "GATEWAY_LOST_BEATS",
            LOST_BEATS,
            2,
            1000,
            "How many beats of a registry a gateway may miss before it is declared lost."),
        settings.duration(
            "GATEWAY_BEAT_INTERVAL",
            BEAT_INTERVAL,
            Duration.ofMillis(50),
            Duration.ofMinutes(1),
            "The time between two beats of a gateway or a registry."),
        SignInSettings.from(settings),
        LimitSettings.from(settings),
        AlertSettings.from(settings),
        FlappingSettings.from(settings),
        TelemetrySettings.from(settings),
        MapSettings.from(settings),
        BulkSettings.from(settings),
        TracingSettings.from(settings));
  }

  private static void check(Settings settings, String name, Secret key) {
    try {
      if (!key.reveal().isEmpty()) {
        MasterKey.of(key);
      }
    } catch (IllegalArgumentException e) {
      settings.problem(Settings.PREFIX + name + " must be 32 bytes in Base64: " + e.getMessage());
    }
  }

  /// Opens what lies in the database encrypted.
  MasterKey opener() {
    return MasterKey.of(masterKey, previousMasterKey);
  }

  /// The same for a registry that is handed its requests.
  public RegistryConfig withoutHttp() {
    return changed(draft -> draft.http = Optional.empty());
  }

  /// The same with another master key.
  RegistryConfig withMasterKey(Secret key, Optional<Secret> previous) {
    return changed(
        draft -> {
          draft.masterKey = key;
          draft.previousMasterKey = previous;
        });
  }

  /// The same with other bounds of its HTTP interface.
  public RegistryConfig withApi(ApiSettings other) {
    return changed(draft -> draft.api = other);
  }

  /// The same with other bounds of enrolments.
  public RegistryConfig withEnrolment(EnrolmentSettings other) {
    return changed(draft -> draft.enrolment = other);
  }

  /// The same with other bounds of the change feed.
  public RegistryConfig withChanges(FeedSettings other) {
    return changed(draft -> draft.changes = other);
  }

  /// The same with other bounds of webhooks.
  public RegistryConfig withWebhooks(WebhookSettings other) {
    return changed(draft -> draft.webhooks = other);
  }

  /// The same with other rules for signing in.
  public RegistryConfig withSignIn(SignInSettings other) {
    return changed(draft -> draft.signIn = other);
  }

  /// The same with other limits.
  public RegistryConfig withLimits(LimitSettings other) {
    return changed(draft -> draft.limits = other);
  }

  /// The same with other settings of alerts.
  public RegistryConfig withAlerts(AlertSettings other) {
    return changed(draft -> draft.alerts = other);
  }

  /// The same with another measure of how often a device may connect.
  public RegistryConfig withFlapping(FlappingSettings other) {
    return changed(draft -> draft.flapping = other);
  }

  /// The same with other bounds of the view of telemetry.
  public RegistryConfig withTelemetry(TelemetrySettings other) {
    return changed(draft -> draft.telemetry = other);
  }

  /// The same with other maps.
  public RegistryConfig withMap(MapSettings other) {
    return changed(draft -> draft.map = other);
  }

  /// The same with other bounds of imports and patches.
  public RegistryConfig withBulk(BulkSettings other) {
    return changed(draft -> draft.bulk = other);
  }

  /// The same with other tracing.
  public RegistryConfig withTracing(TracingSettings other) {
    return changed(draft -> draft.tracing = other);
  }

  private RegistryConfig changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  /// What is about to become a configuration.
  private static final class Draft {
    private Optional<HttpServerSettings> http;
    private ApiSettings api;
    private DatabaseSettings database;
    private BusSettings bus;
    private Optional<Secret> adminKey;
    private Secret masterKey;
    private Optional<Secret> previousMasterKey;
    private Duration deviceTokenLifetime;
    private Duration deviceCertificateLifetime;
    private Duration signingKeyLifetime;
    private Duration auditRetention;
    private EnrolmentSettings enrolment;
    private FeedSettings changes;
    private WebhookSettings webhooks;
    private int gatewayLostBeats;
    private Duration gatewayBeatInterval;
    private SignInSettings signIn;
    private LimitSettings limits;
    private AlertSettings alerts;
    private FlappingSettings flapping;
    private TelemetrySettings telemetry;
    private MapSettings map;
    private BulkSettings bulk;
    private TracingSettings tracing;

    Draft(RegistryConfig like) {
      this.http = like.http;
      this.api = like.api;
      this.database = like.database;
      this.bus = like.bus;
      this.adminKey = like.adminKey;
      this.masterKey = like.masterKey;
      this.previousMasterKey = like.previousMasterKey;
      this.deviceTokenLifetime = like.deviceTokenLifetime;
      this.deviceCertificateLifetime = like.deviceCertificateLifetime;
      this.signingKeyLifetime = like.signingKeyLifetime;
      this.auditRetention = like.auditRetention;
      this.enrolment = like.enrolment;
      this.changes = like.changes;
      this.webhooks = like.webhooks;
      this.gatewayLostBeats = like.gatewayLostBeats;
      this.gatewayBeatInterval = like.gatewayBeatInterval;
      this.signIn = like.signIn;
      this.limits = like.limits;
      this.alerts = like.alerts;
      this.flapping = like.flapping;
      this.telemetry = like.telemetry;
      this.map = like.map;
      this.bulk = like.bulk;
      this.tracing = like.tracing;
    }

    RegistryConfig finished() {
      return new RegistryConfig(
          http,
          api,
          database,
          bus,
          adminKey,
          masterKey,
          previousMasterKey,
          deviceTokenLifetime,
          deviceCertificateLifetime,
          signingKeyLifetime,
          auditRetention,
          enrolment,
          changes,
          webhooks,
          gatewayLostBeats,
          gatewayBeatInterval,
          signIn,
          limits,
          alerts,
          flapping,
          telemetry,
          map,
          bulk,
          tracing);
    }
  }
}
