package dev.fairlead.agent;

import dev.fairlead.agent.command.AllowedPrograms;
import dev.fairlead.agent.connection.ClientCertificate;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.agent.enrolment.EnrolledToken;
import dev.fairlead.agent.enrolment.Provisioning;
import dev.fairlead.protocol.WireFormat;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How the agent is to run. Immutable; says nothing of the token in `toString`.
///
/// Making one throws `IllegalArgumentException` if a value is out of its range.
///
/// @param urls of gateways or of what stands in front of them, scheme `ws` or `wss`, usually ending
///     in `/connect`: at most 16; where one cannot be reached, the next is tried
/// @param token the device's token, or the file that holds it, or none for a certificate
/// @param stateDirectory of this agent alone; made if missing
/// @param wire notation of the messages
/// @param telemetryInterval 1 second to 1 day; the command `set-interval` overrules it for good
/// @param diskThresholdPercent 1 to 100: how full a disk is an alert
/// @param execAllowed programs that the command `exec` may run: bare names or absolute paths
/// @param caFile certificates (PEM) to trust instead of those of the JDK
/// @param certificate the device's client certificate and its key; only over `wss`
/// @param provisioning how to come by a token that is not there yet
public record AgentConfig(
    List<URI> urls,
    TokenSource token,
    Path stateDirectory,
    WireFormat wire,
    Duration telemetryInterval,
    int diskThresholdPercent,
    Set<String> execAllowed,
    Optional<Path> caFile,
    Optional<ClientCertificate> certificate,
    Optional<Provisioning> provisioning) {

  /// What `exec` may run if nothing is added.
  public static final Set<String> EXEC_ALLOWED_DEFAULT = Set.of("uname", "uptime", "df");

  /// Default of the telemetry interval.
  public static final Duration TELEMETRY_INTERVAL_DEFAULT = Duration.ofSeconds(10);

  /// Default of the disk threshold.
  public static final int DISK_THRESHOLD_PERCENT_DEFAULT = 90;

  static final int URLS_MAX = 16;

  private static final Duration TELEMETRY_INTERVAL_MAX = Duration.ofDays(1);

  public AgentConfig {
    urls = List.copyOf(urls);
    require(!urls.isEmpty() && urls.size() <= URLS_MAX, "there must be 1 to 16 URLs");
    urls.forEach(AgentConfig::requireUrl);
    require(
        telemetryInterval.toSeconds() >= 1
            && telemetryInterval.compareTo(TELEMETRY_INTERVAL_MAX) <= 0,
        "the interval must be 1 to 86400 seconds");
    require(
        diskThresholdPercent >= 1 && diskThresholdPercent <= 100,
        "the disk threshold must be 1 to 100 percent");
    require(
        certificate.isEmpty() || urls.stream().allMatch(AgentConfig::isSecure),
        "a client certificate needs a URL like wss://host/connect");
    execAllowed = Set.copyOf(execAllowed);
    for (String program : execAllowed) {
      require(
          AllowedPrograms.isEntry(program), "neither a bare name nor an absolute path: " + program);
    }
  }

  /// A configuration with all defaults.
  public static AgentConfig of(URI url, TokenSource token, Path stateDirectory) {
    return new AgentConfig(
        List.of(url),
        token,
        stateDirectory,
        WireFormat.MESSAGE_PACK,
        TELEMETRY_INTERVAL_DEFAULT,
        DISK_THRESHOLD_PERCENT_DEFAULT,
        EXEC_ALLOWED_DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /// A configuration with all defaults for a device that enrols at its first start, and keeps its
  /// token in the state directory.
  public static AgentConfig enrolling(URI url, Provisioning provisioning, Path stateDirectory) {
    AgentConfig enrolled =
        of(url, new TokenSource.InFile(stateDirectory.resolve(EnrolledToken.FILE)), stateDirectory);
    return new AgentConfig(
        enrolled.urls,
        enrolled.token,
        enrolled.stateDirectory,
        enrolled.wire,
        enrolled.telemetryInterval,
        enrolled.diskThresholdPercent,
        enrolled.execAllowed,
        enrolled.caFile,
        enrolled.certificate,
        Optional.of(provisioning));
  }

  /// Reads `FAIRLEAD_AGENT_…` settings.
  ///
  /// @throws ConfigException with every problem there is
  public static AgentConfig read(Map<String, String> environment) throws ConfigException {
    return new ConfigReader(environment).read();
  }

  /// This configuration with another wire.
  public AgentConfig withWire(WireFormat other) {
    return new AgentConfig(
        urls,
        token,
        stateDirectory,
        other,
        telemetryInterval,
        diskThresholdPercent,
        execAllowed,
        caFile,
        certificate,
        provisioning);
  }

  /// This configuration with another interval.
  public AgentConfig withTelemetryInterval(Duration other) {
    return new AgentConfig(
        urls,
        token,
        stateDirectory,
        wire,
        other,
        diskThresholdPercent,
        execAllowed,
        caFile,
        certificate,
        provisioning);
  }

  /// This configuration with another threshold.
  public AgentConfig withDiskThresholdPercent(int other) {
    return new AgentConfig(
        urls,
        token,
        stateDirectory,
        wire,
        telemetryInterval,
        other,
        execAllowed,
        caFile,
        certificate,
        provisioning);
  }

  /// This configuration with more programs for `exec`.
  public AgentConfig withExecAlso(Collection<String> programs) {
    return new AgentConfig(
        urls,
        token,
        stateDirectory,
        wire,
        telemetryInterval,
        diskThresholdPercent,
        Stream.concat(execAllowed.stream(), programs.stream()).collect(Collectors.toSet()),
        caFile,
        certificate,
        provisioning);
  }

  /// This configuration with certificates to trust.
  public AgentConfig withCaFile(Path file) {
    return new AgentConfig(
        urls,
        token,
        stateDirectory,
        wire,
        telemetryInterval,
        diskThresholdPercent,
        execAllowed,
        Optional.of(file),
        certificate,
        provisioning);
  }

  /// This configuration with a client certificate instead of a token.
  public AgentConfig withCertificate(ClientCertificate other) {
    return new AgentConfig(
        urls,
        new TokenSource.None(),
        stateDirectory,
        wire,
        telemetryInterval,
        diskThresholdPercent,
        execAllowed,
        caFile,
        Optional.of(other),
        provisioning);
  }

  /// The first of the URLs.
  public URI url() {
    return urls.getFirst();
  }

  static boolean isSecure(URI url) {
    return "wss".equals(url.getScheme());
  }

  private static void requireUrl(URI url) {
    boolean scheme = "ws".equals(url.getScheme()) || isSecure(url);
    require(
        scheme && url.getHost() != null && url.getFragment() == null,
        "the URL must be like wss://host/connect");
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
