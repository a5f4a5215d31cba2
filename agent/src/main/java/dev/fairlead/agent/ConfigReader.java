package dev.fairlead.agent;

import dev.fairlead.agent.command.AllowedPrograms;
import dev.fairlead.agent.connection.ClientCertificate;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.agent.connection.TrustedCertificates;
import dev.fairlead.agent.enrolment.EnrolledToken;
import dev.fairlead.agent.enrolment.Provisioning;
import dev.fairlead.agent.machine.HostName;
import dev.fairlead.protocol.WireFormat;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads the agent's settings from an environment and collects what is wrong with them. A value
/// that is wrong counts as the default meanwhile, so that the rest is looked at too.
final class ConfigReader {

  private static final String PREFIX = "FAIRLEAD_AGENT_";
  private static final String URL = PREFIX + "URL";
  private static final String TOKEN = PREFIX + "TOKEN";
  private static final String TOKEN_FILE = PREFIX + "TOKEN_FILE";
  private static final String STATE_DIR = PREFIX + "STATE_DIR";
  private static final String WIRE = PREFIX + "WIRE";
  private static final String INTERVAL = PREFIX + "INTERVAL";
  private static final String DISK_THRESHOLD = PREFIX + "DISK_THRESHOLD";
  private static final String EXEC = PREFIX + "EXEC";
  private static final String CA_FILE = PREFIX + "CA_FILE";
  private static final String CERTIFICATE_FILE = PREFIX + "CERTIFICATE_FILE";
  private static final String KEY_FILE = PREFIX + "KEY_FILE";
  private static final String PROVISIONING_KEY_FILE = PREFIX + "PROVISIONING_KEY_FILE";
  private static final String DEVICE_ID = PREFIX + "DEVICE_ID";
  private static final Set<String> KNOWN =
      Set.of(
          URL,
          TOKEN,
          TOKEN_FILE,
          STATE_DIR,
          WIRE,
          INTERVAL,
          DISK_THRESHOLD,
          EXEC,
          CA_FILE,
          CERTIFICATE_FILE,
          KEY_FILE,
          PROVISIONING_KEY_FILE,
          DEVICE_ID);

  private static final List<URI> NO_URLS = List.of(URI.create("ws://localhost/connect"));
  private static final TokenSource NO_TOKEN = new TokenSource.Given("none");
  private static final int SECONDS_MAX = 86_400;

  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();

  ConfigReader(Map<String, String> environment) {
    this.environment = environment;
  }

  AgentConfig read() throws ConfigException {
    List<URI> urls = urls();
    AgentConfig config =
        new AgentConfig(
            urls,
            token(),
            stateDirectory(),
            wire(),
            Duration.ofSeconds(
                number(INTERVAL, AgentConfig.TELEMETRY_INTERVAL_DEFAULT.toSeconds(), SECONDS_MAX)),
            Math.toIntExact(
                number(DISK_THRESHOLD, AgentConfig.DISK_THRESHOLD_PERCENT_DEFAULT, 100)),
            execAllowed(),
            caFile(),
            certificate(urls),
            provisioning());
    environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !KNOWN.contains(name))
        .sorted()
        .forEach(name -> problem(name, "is no setting"));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return config;
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(s -> !s.isEmpty());
  }

  private void problem(String name, String what) {
    problems.add(name + " " + what);
  }

  private List<URI> urls() {
    Optional<String> text = value(URL);
    if (text.isEmpty()) {
      problem(URL, "is missing");
      return NO_URLS;
    }
    try {
      List<URI> urls = new ArrayList<>();
      for (String url : text.get().split(",", -1)) {
        urls.add(new URI(url.strip()));
        AgentConfig.of(urls.getLast(), NO_TOKEN, Path.of("."));
      }
      if (urls.size() > AgentConfig.URLS_MAX) {
        problem(URL, "has more than " + AgentConfig.URLS_MAX + " URLs");
        return NO_URLS;
      }
      return urls;
    } catch (URISyntaxException | IllegalArgumentException e) {
      problem(URL, "must be like wss://host/connect, or several of that form with commas");
      return NO_URLS;
    }
  }

  private TokenSource token() {
    Optional<String> given = value(TOKEN);
    Optional<Path> file = path(TOKEN_FILE);
    long credentials =
        Stream.of(TOKEN, TOKEN_FILE, CERTIFICATE_FILE, PROVISIONING_KEY_FILE)
            .filter(name -> value(name).isPresent())
            .count();
    if (credentials != 1) {
      problem(
          TOKEN,
          "or "
              + TOKEN_FILE
              + " or "
              + CERTIFICATE_FILE
              + " or "
              + PROVISIONING_KEY_FILE
              + " is needed, one of them");
      return NO_TOKEN;
    }
    if (value(CERTIFICATE_FILE).isPresent()) {
      return new TokenSource.None();
    }
    if (value(PROVISIONING_KEY_FILE).isPresent()) {
      return new TokenSource.InFile(stateDirectory().resolve(EnrolledToken.FILE));
    }
    try {
      TokenSource source =
          given.isPresent()
              ? new TokenSource.Given(given.get())
              : file.map(path -> (TokenSource) new TokenSource.InFile(path)).orElse(NO_TOKEN);
      String _ = source.token();
      return source;
    } catch (IllegalArgumentException e) {
      problem(TOKEN, "is no token");
    } catch (IOException e) {
      problem(TOKEN_FILE, "cannot be read: " + e.getMessage());
    }
    return NO_TOKEN;
  }

  /// The key is needed, and looked at, only until there is a token.
  private Optional<Provisioning> provisioning() {
    Optional<Path> keyFile = path(PROVISIONING_KEY_FILE);
    Optional<String> id = value(DEVICE_ID);
    if (id.isPresent() && keyFile.isEmpty()) {
      problem(DEVICE_ID, "goes with " + PROVISIONING_KEY_FILE + " only");
      return Optional.empty();
    }
    if (id.filter(Predicate.not(Provisioning::isDeviceId)).isPresent()) {
      problem(DEVICE_ID, "must be 1 to 128 of A-Z, a-z, 0-9, '.', '_', '~' and '-'");
      return Optional.empty();
    }
    Optional<Provisioning> provisioning =
        keyFile.map(
            file ->
                id.map(given -> new Provisioning(file, given, HostName.read()))
                    .orElseGet(() -> Provisioning.ofHost(file, HostName.read())));
    if (provisioning.isPresent() && Files.notExists(stateDirectory().resolve(EnrolledToken.FILE))) {
      check(provisioning.get());
    }
    return provisioning;
  }

  private void check(Provisioning provisioning) {
    try {
      String _ = provisioning.key();
    } catch (IOException e) {
      problem(PROVISIONING_KEY_FILE, "cannot be used: " + e.getMessage());
    }
  }

  private Path stateDirectory() {
    return path(STATE_DIR)
        .orElseGet(
            () ->
                Optional.ofNullable(environment.get("XDG_STATE_HOME"))
                    .map(Path::of)
                    .filter(Path::isAbsolute)
                    .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "state"))
                    .resolve("fairlead-agent"));
  }

  private Optional<Path> path(String name) {
    try {
      return value(name).map(Path::of);
    } catch (InvalidPathException e) {
      problem(name, "is no path");
      return Optional.empty();
    }
  }

  private WireFormat wire() {
    return switch (value(WIRE).orElse("msgpack").toLowerCase(Locale.ROOT)) {
      case "msgpack" -> WireFormat.MESSAGE_PACK;
      case "json" -> WireFormat.JSON;
      default -> {
        problem(WIRE, "must be msgpack or json");
        yield WireFormat.MESSAGE_PACK;
      }
    };
  }

  private long number(String name, long otherwise, long max) {
    Optional<String> text = value(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text.get());
      if (number >= 1 && number <= max) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below, as for a number out of range.
    }
    problem(name, "must be a number from 1 to " + max);
    return otherwise;
  }

  private Set<String> execAllowed() {
    List<String> more =
        Arrays.stream(value(EXEC).orElse("").split(","))
            .map(String::strip)
            .filter(entry -> !entry.isEmpty())
            .toList();
    more.stream()
        .filter(Predicate.not(AllowedPrograms::isEntry))
        .forEach(entry -> problem(EXEC, "has what is no bare name or absolute path: " + entry));
    return Stream.concat(
            AgentConfig.EXEC_ALLOWED_DEFAULT.stream(),
            more.stream().filter(AllowedPrograms::isEntry))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Optional<ClientCertificate> certificate(List<URI> urls) {
    Optional<Path> file = path(CERTIFICATE_FILE);
    Optional<Path> key = path(KEY_FILE);
    if (file.isEmpty() && key.isEmpty()) {
      return Optional.empty();
    }
    if (file.isEmpty() || key.isEmpty()) {
      problem(CERTIFICATE_FILE, "and " + KEY_FILE + " go together");
      return Optional.empty();
    }
    ClientCertificate certificate = new ClientCertificate(file.get(), key.get());
    if (!urls.stream().allMatch(AgentConfig::isSecure)) {
      problem(URL, "must be like wss://host/connect for a client certificate");
      return Optional.empty();
    }
    try {
      certificate.check();
      return Optional.of(certificate);
    } catch (IOException e) {
      problem(CERTIFICATE_FILE, "cannot be used: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Path> caFile() {
    Optional<Path> file = path(CA_FILE);
    try {
      if (file.isPresent()) {
        TrustedCertificates.check(file.get());
      }
    } catch (IOException e) {
      problem(CA_FILE, "cannot be used: " + e.getMessage());
    }
    return file;
  }
}
