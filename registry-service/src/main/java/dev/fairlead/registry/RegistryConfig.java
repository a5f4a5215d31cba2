package dev.fairlead.registry;

import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.registry.alert.AlertSettings;
import dev.fairlead.registry.bulk.BulkSettings;
import dev.fairlead.registry.change.ChangeSettings;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.enrolment.EnrolmentSettings;
import dev.fairlead.registry.signin.SignInSettings;
import dev.fairlead.registry.webhook.WebhookSettings;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.http.ApiSettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;
import java.util.Optional;

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
/// @param bulk the bounds of imports and patches
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
    ChangeSettings changes,
    WebhookSettings webhooks,
    int gatewayLostBeats,
    Duration gatewayBeatInterval,
    SignInSettings signIn,
    LimitSettings limits,
    AlertSettings alerts,
    BulkSettings bulk) {

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
        ChangeSettings.from(settings),
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
        BulkSettings.from(settings));
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
    return new RegistryConfig(
        Optional.empty(),
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
        bulk);
  }

  /// The same with another master key.
  RegistryConfig withMasterKey(Secret key, Optional<Secret> previous) {
    return new RegistryConfig(
        http,
        api,
        database,
        bus,
        adminKey,
        key,
        previous,
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
        bulk);
  }

  /// The same with other rules for signing in.
  public RegistryConfig withSignIn(SignInSettings other) {
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
        other,
        limits,
        alerts,
        bulk);
  }

  /// The same with other bounds of its HTTP interface.
  public RegistryConfig withApi(ApiSettings other) {
    return new RegistryConfig(
        http,
        other,
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
        bulk);
  }

  /// The same with other limits.
  public RegistryConfig withLimits(LimitSettings other) {
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
        other,
        alerts,
        bulk);
  }

  /// The same with other bounds of enrolments.
  public RegistryConfig withEnrolment(EnrolmentSettings other) {
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
        other,
        changes,
        webhooks,
        gatewayLostBeats,
        gatewayBeatInterval,
        signIn,
        limits,
        alerts,
        bulk);
  }

  /// The same with other bounds of the change feed.
  public RegistryConfig withChanges(ChangeSettings other) {
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
        other,
        webhooks,
        gatewayLostBeats,
        gatewayBeatInterval,
        signIn,
        limits,
        alerts,
        bulk);
  }

  /// The same with other bounds of webhooks.
  public RegistryConfig withWebhooks(WebhookSettings other) {
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
        other,
        gatewayLostBeats,
        gatewayBeatInterval,
        signIn,
        limits,
        alerts,
        bulk);
  }

  /// The same with other bounds of imports and patches.
  public RegistryConfig withBulk(BulkSettings other) {
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
        other);
  }

  /// The same with other settings of alerts.
  public RegistryConfig withAlerts(AlertSettings other) {
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
        other,
        bulk);
  }
}
