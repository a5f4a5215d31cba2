package dev.fairlead.agent;

import dev.fairlead.agent.command.AllowedPrograms;
import dev.fairlead.agent.command.CommandHandler;
import dev.fairlead.agent.command.CommandJournal;
import dev.fairlead.agent.command.CommandRunner;
import dev.fairlead.agent.command.CommandTraces;
import dev.fairlead.agent.command.ExecHandler;
import dev.fairlead.agent.command.PingHandler;
import dev.fairlead.agent.command.SetIntervalHandler;
import dev.fairlead.agent.connection.Connection;
import dev.fairlead.agent.connection.ConnectionSettings;
import dev.fairlead.agent.connection.LastSession;
import dev.fairlead.agent.connection.Renewal;
import dev.fairlead.agent.connection.RenewedCertificate;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.agent.connection.Tokens;
import dev.fairlead.agent.connection.TrustedCertificates;
import dev.fairlead.agent.enrolment.EnrolledToken;
import dev.fairlead.agent.machine.MachineReporter;
import dev.fairlead.agent.outbox.Outbox;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.agent.twin.IntervalHandler;
import dev.fairlead.agent.twin.Twin;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;

/// This machine as a device: put together, started and closed in one piece. Runs on a handful of
/// virtual threads and keeps no JVM alive.
public final class Agent implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Agent.class.getName());
  private static final String JOURNAL_FILE = "commands.jsonl";

  private final StateDirectory state;
  private final CommandJournal journal;
  private final Connection connection;
  private final Optional<Renewal> renewal;
  private final Outbox outbox;
  private final MachineReporter reporter;
  private final CommandTraces traces;
  private final CommandRunner commands;
  private final Twin twin;

  private Agent(AgentConfig config, AgentParts parts, StateDirectory state, CommandJournal journal)
      throws IOException {
    InstantSource clock = InstantSource.system();
    this.state = state;
    this.journal = journal;
    Optional<RenewedCertificate> certificate =
        config.certificate().map(own -> new RenewedCertificate(own, config.token(), state, clock));
    this.connection =
        new Connection(
            settings(config, state, certificate),
            new LastSession(state),
            parts.client(),
            parts.reconnect());
    this.renewal =
        certificate.map(own -> new Renewal(own, connection, clock, RandomGenerator.getDefault()));
    this.outbox = new Outbox(connection, clock);
    this.reporter =
        new MachineReporter(
            outbox, state, config.telemetryInterval(), config.diskThresholdPercent(), clock);
    this.traces = new CommandTraces(connection);
    this.commands = new CommandRunner(handlers(config, parts, clock), journal, traces);
    this.twin = new Twin(connection, outbox, state, new IntervalHandler(reporter::interval));
  }

  /// Starts an agent. It connects in the background, for as long as it takes.
  ///
  /// @throws IOException if the state directory cannot be used or is in use, or the certificates
  ///     cannot be read
  public static Agent start(AgentConfig config) throws IOException {
    return start(config, AgentParts.none());
  }

  /// Starts an agent with parts that come from outside.
  ///
  /// @throws IOException if the state directory cannot be used or is in use, or the certificates
  ///     cannot be read
  public static Agent start(AgentConfig config, AgentParts parts) throws IOException {
    StateDirectory state = StateDirectory.open(config.stateDirectory());
    try {
      return start(config, parts, state);
    } catch (IOException e) {
      state.close();
      throw e;
    }
  }

  private static Agent start(AgentConfig config, AgentParts parts, StateDirectory state)
      throws IOException {
    CommandJournal journal = CommandJournal.open(state.file(JOURNAL_FILE), InstantSource.system());
    try {
      Agent agent = new Agent(config, parts, state, journal);
      agent.begin();
      return agent;
    } catch (IOException e) {
      journal.close();
      throw e;
    }
  }

  private void begin() {
    commands.start();
    reporter.start();
    twin.start();
    connection.start(new Dialogue(outbox, traces, commands, twin, renewal));
    renewal.ifPresent(Renewal::start);
  }

  private static ConnectionSettings settings(
      AgentConfig config, StateDirectory state, Optional<RenewedCertificate> certificate)
      throws IOException {
    Optional<SSLContext> tls =
        config.caFile().isPresent() || certificate.isPresent()
            ? Optional.of(TrustedCertificates.sslContext(config.caFile(), certificate))
            : Optional.empty();
    TokenSource own =
        config
            .provisioning()
            .<TokenSource>map(by -> new EnrolledToken(by, state, config.url(), tls))
            .orElse(config.token());
    // With a certificate there is no token, and a new one has nothing to take the place of.
    TokenSource tokens =
        certificate.<TokenSource>map(shown -> shown).orElseGet(() -> new Tokens(own, state));
    return new ConnectionSettings(config.urls(), tokens, config.wire(), tls);
  }

  private Map<String, CommandHandler> handlers(
      AgentConfig config, AgentParts parts, InstantSource clock) {
    String searchPath = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    AllowedPrograms programs = new AllowedPrograms(config.execAllowed(), searchPath);
    Path workingDirectory = state.path();
    Map<String, CommandHandler> handlers = new HashMap<>();
    handlers.put("ping", new PingHandler(clock));
    handlers.put("exec", new ExecHandler(programs, workingDirectory));
    handlers.put("set-interval", new SetIntervalHandler(reporter::interval));
    handlers.putAll(parts.kinds());
    return handlers;
  }

  /// Whether a session stands.
  public boolean isConnected() {
    return connection.isOpen();
  }

  /// Says goodbye, kills what runs, and gives the state directory free. Takes some seconds at the
  /// most; of no effect the second time.
  @Override
  public void close() {
    renewal.ifPresent(Renewal::close);
    connection.close();
    reporter.close();
    commands.close();
    try {
      journal.close();
      state.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the state directory cannot be closed", e);
    }
  }
}
