package dev.fairlead.endtoend.harness;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Machines with a fresh Debian, in containers that systemd runs in, and one more that somebody
/// runs the playbooks of `deploy/ansible` on.
public final class BareHosts implements AutoCloseable {

  /// The machine that becomes the server.
  public static final String SERVER = "fleet.example.test";

  /// The machine that becomes a device.
  public static final String DEVICE = "pump-1.example.test";

  /// The machine that the playbooks are run on.
  public static final String CONTROL = "control.example.test";

  /// A machine that has nothing to do with the others.
  public static final String STRANGER = "stranger.example.test";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String HOST_IMAGE = "fairlead-it/host";
  private static final String CONTROL_IMAGE = "fairlead-it/control";
  private static final String PLAYBOOKS = "/fairlead/deploy/ansible";
  private static final Pattern RECAP =
      Pattern.compile("ok=(\\d+) +changed=(\\d+) +unreachable=(\\d+) +failed=(\\d+)");

  private final Docker docker;
  private final Path directory;
  private final String prefix = "fairlead-it-" + ProcessHandle.current().pid() + "-";
  private final List<String> hosts = new ArrayList<>();

  private BareHosts(Path directory) {
    this.directory = directory;
    this.docker = new Docker(directory, Map.of());
  }

  /// What a playbook did to its one host.
  ///
  /// @param all what it said
  public record Play(int changed, int failed, String all) {}

  /// Builds and starts all of them.
  public static BareHosts start(Path directory) {
    BareHosts made = new BareHosts(directory);
    try {
      made.start();
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private void start() {
    Path images = Checkout.root().resolve("end-to-end-tests/src/test/resources/bare-host");
    docker.run("build", "--tag", HOST_IMAGE, images.resolve("host").toString());
    docker.run("build", "--tag", CONTROL_IMAGE, images.resolve("control").toString());
    docker.run("network", "create", prefix + "net");
    run(CONTROL, CONTROL_IMAGE);
    run(STRANGER, CONTROL_IMAGE);
    bring("deploy", "ansible");
    bring("launcher/target", "lib");
    bring("launcher/target", "launcher.jar");
    bring("agent/target", "lib");
    bring("agent/target", "agent.jar");
    await()
        .atMost(PATIENCE)
        .until(() -> tried(CONTROL, "test", "-e", "/control/ready").code() == 0);
    for (String host : List.of(SERVER, DEVICE)) {
      // What systemd needs, and no more: not the machine's own devices and kernel settings.
      run(
          host,
          HOST_IMAGE,
          "--cap-add=SYS_ADMIN",
          "--cap-add=NET_ADMIN",
          "--security-opt=seccomp=unconfined",
          "--security-opt=apparmor=unconfined",
          "--cgroupns=private",
          "--tmpfs=/run:exec",
          "--tmpfs=/run/lock",
          "--tmpfs=/tmp:exec",
          "--env=container=docker");
      letIn(host);
    }
  }

  private void run(String host, String image, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--detach",
                "--name=" + prefix + host,
                "--hostname=" + host,
                "--network=" + prefix + "net",
                "--network-alias=" + host));
    arguments.addAll(List.of(more));
    arguments.add(image);
    hosts.add(host);
    docker.run(arguments.toArray(String[]::new));
  }

  /// Copies a part of the checkout to where it is in it.
  private void bring(String directory, String name) {
    String target = "/fairlead/" + directory;
    on(CONTROL, "mkdir", "-p", target);
    docker.run(
        "cp",
        Checkout.root().resolve(directory).resolve(name).toString(),
        prefix + CONTROL + ":" + target);
  }

  /// Has a host take the key of the one that the playbooks are run on, and that one know it.
  private void letIn(String host) {
    String key = shell(CONTROL, "cat ~/.ssh/id_ed25519.pub").strip();
    shell(host, "mkdir -p -m 700 ~/.ssh && echo '" + key + "' >~/.ssh/authorized_keys");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                tried(CONTROL, "ssh", "-o", "StrictHostKeyChecking=accept-new", host, "true").code()
                    == 0);
  }

  /// Runs a playbook with the settings of the test.
  public Play play(String playbook, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "-C",
                PLAYBOOKS,
                "ansible-playbook",
                "-i",
                "/control/inventory.ini",
                "-e",
                "@/control/settings.yml",
                playbook));
    command.addAll(List.of(more));
    String said = tried(CONTROL, command.toArray(String[]::new)).said();
    Matcher recap = RECAP.matcher(said);
    if (!recap.find()) {
      throw new IllegalStateException(playbook + " has not run: " + said);
    }
    int failed = Integer.parseInt(recap.group(3)) + Integer.parseInt(recap.group(4));
    return new Play(Integer.parseInt(recap.group(2)), failed, said);
  }

  /// Checks the playbooks without a host.
  public Docker.Ending lint() {
    return tried(
        CONTROL,
        "sh",
        "-c",
        "cd "
            + PLAYBOOKS
            + " && ansible-playbook -i /control/inventory.ini --syntax-check server.yml device.yml"
            + " && ansible-lint --offline --parseable server.yml device.yml");
  }

  /// Calls the API on the server itself, as its operator.
  ///
  /// @param more of curl
  /// @throws IllegalStateException when it fails
  public String api(String path, String... more) {
    return docker.run(exec(SERVER, apiCommand(path, more)));
  }

  /// Whether the server answers such a call with a text in it.
  public boolean answers(String path, String text) {
    return tried(SERVER, apiCommand(path)).said().contains(text);
  }

  private static String[] apiCommand(String path, String... more) {
    return new String[] {
      "sh",
      "-c",
      "curl -sS --fail-with-body -H \"Authorization: Bearer $(cat /var/lib/fairlead/admin-key)\""
          + " -H 'Content-Type: application/json' "
          + String.join(" ", more)
          + " 'http://127.0.0.1:8080"
          + path
          + "'"
    };
  }

  /// Runs a program on a host, and takes what it says.
  ///
  /// @throws IllegalStateException when it fails
  public String on(String host, String... command) {
    return docker.run(exec(host, command));
  }

  /// Runs a line of shell, likewise.
  public String shell(String host, String line) {
    return on(host, "sh", "-c", line);
  }

  /// Runs a program on a host, however it ends.
  public Docker.Ending tried(String host, String... command) {
    return docker.tried(exec(host, command));
  }

  private String[] exec(String host, String... command) {
    List<String> arguments = new ArrayList<>(List.of("exec", prefix + host));
    arguments.addAll(List.of(command));
    return arguments.toArray(String[]::new);
  }

  /// The address of a host.
  public String address(String host) {
    return on(CONTROL, "getent", "ahostsv4", host).split(" ", 2)[0];
  }

  @Override
  public void close() {
    Path logs = directory.resolve("logs");
    docker.tried("cp", prefix + SERVER + ":/var/lib/fairlead/logs", logs.toString());
    ProcessLogs.keep(logs);
    hosts.forEach(host -> docker.tried("rm", "--force", "--volumes", prefix + host));
    docker.tried("network", "rm", prefix + "net");
  }
}
