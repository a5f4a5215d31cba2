package dev.fairlead.endtoend;

import static dev.fairlead.endtoend.harness.BareHosts.CONTROL;
import static dev.fairlead.endtoend.harness.BareHosts.DEVICE;
import static dev.fairlead.endtoend.harness.BareHosts.SERVER;
import static dev.fairlead.endtoend.harness.BareHosts.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.endtoend.harness.BareHosts;
import dev.fairlead.endtoend.harness.Docker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The playbooks of `deploy/ansible`, on machines with nothing but Debian: `docs/bare-host.md`.
@Tag("slow")
@EnabledIf("dev.fairlead.endtoend.harness.Docker#canRun")
class AnsibleIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int REFUSED = 7;
  private static final int TIMED_OUT = 28;
  private static final String AUTHORITY = "/control/ca.pem";

  @TempDir private static Path directory;

  private static BareHosts hosts;
  private static BareHosts.Play firstOfServer;
  private static BareHosts.Play firstOfDevice;

  @BeforeAll
  static void setUp() {
    hosts = BareHosts.start(directory);
    firstOfServer = hosts.play("server.yml");
    String made =
        hosts.api("/api/v1/provisioning-keys", "-d '{\"name\":\"it\",\"accept\":\"always\"}'");
    String key = made.replaceFirst("(?s).*\"key\":\"([^\"]+)\".*", "$1");
    hosts.shell(CONTROL, "umask 077; echo '" + key + "' >/control/provisioning-key");
    firstOfDevice = hosts.play("device.yml");
  }

  @AfterAll
  static void close() {
    if (hosts != null) {
      hosts.close();
    }
  }

  /// The HTTP status, or `000`.
  private static Docker.Ending get(String from, String url, String... more) {
    List<String> command =
        new ArrayList<>(List.of("curl", "-s", "-m5", "-o/dev/null", "-w%{http_code}", url));
    command.addAll(List.of(more));
    return hosts.tried(from, command.toArray(String[]::new));
  }

  /// How a request ends that the firewall lets nobody answer.
  private static int codeOf(String url) {
    return get(CONTROL, url, "-k").code();
  }

  @Test
  void setsUpServerAndDeviceAndChangesNothingTheSecondTime() {
    // When
    BareHosts.Play secondOfServer = hosts.play("server.yml");
    BareHosts.Play secondOfDevice = hosts.play("device.yml");

    // Then
    assertThat(firstOfServer.failed()).as(firstOfServer.all()).isZero();
    assertThat(firstOfDevice.failed()).as(firstOfDevice.all()).isZero();
    assertThat(firstOfServer.changed()).isPositive();
    assertThat(firstOfDevice.changed()).isPositive();
    assertThat(secondOfServer.failed()).as(secondOfServer.all()).isZero();
    assertThat(secondOfDevice.failed()).as(secondOfDevice.all()).isZero();
    assertThat(secondOfServer.changed()).as(secondOfServer.all()).isZero();
    assertThat(secondOfDevice.changed()).as(secondOfDevice.all()).isZero();
  }

  @Test
  void answersOverTlsAtPort443AndAtNoOther() {
    // When
    Docker.Ending answer =
        get(CONTROL, "https://" + SERVER + "/api/v1/devices", "--cacert", AUTHORITY);

    // Then
    assertThat(answer).isEqualTo(new Docker.Ending(0, "401", ""));
    assertThat(codeOf("https://" + SERVER + ":8443/")).isEqualTo(TIMED_OUT);
    assertThat(codeOf("http://" + SERVER + ":8080/")).isEqualTo(TIMED_OUT);
    assertThat(codeOf("http://" + SERVER + ":9090/metrics")).isEqualTo(TIMED_OUT);
    assertThat(codeOf("http://" + SERVER + "/")).isEqualTo(TIMED_OUT);
    // The same name and port work on the server itself.
    hosts.shell(
        SERVER, "curl -sSo /dev/null --cacert /var/lib/fairlead/tls/ca.pem https://" + SERVER);
  }

  private static boolean isOnline(String device) {
    return hosts.answers("/api/v1/devices/" + device, "\"online\":true");
  }

  /// Whether the device answers in time; not while it comes back from what another test did.
  private static boolean obeys() {
    return hosts
        .api("/api/v1/devices/pump-1/commands?wait=10s", "-d '{\"kind\":\"ping\"}'")
        .contains("\"state\":\"succeeded\"");
  }

  @Test
  void bringsTheDeviceOnlineAndTakesTheSharedKeyFromIt() {
    // When
    await().atMost(PATIENCE).until(() -> isOnline("pump-1"));

    // Then
    await().atMost(PATIENCE).until(AnsibleIT::obeys);
    assertThat(hosts.on(DEVICE, "ls", "/etc/fairlead-agent")).doesNotContain("provisioning-key");
    // Nothing listens but ssh, and the engine's own name server.
    assertThat(hosts.on(DEVICE, "ss", "-Hltn").lines())
        .allMatch(line -> line.contains(":22 ") || line.contains("127.0.0.11:"));
  }

  private static boolean isBack(String host, String unit) {
    String restarts = hosts.on(host, "systemctl", "show", "--property=NRestarts", "--value", unit);
    return !restarts.strip().equals("0")
        && hosts.tried(host, "systemctl", "is-active", unit).code() == 0;
  }

  @ParameterizedTest
  @CsvSource({SERVER + ",fairlead", DEVICE + ",fairlead-agent"})
  void runsAsAUserWithoutPrivilegesAndComesBack(String host, String unit) {
    // When
    hosts.on(host, "systemctl", "kill", "--signal=KILL", unit + ".service");

    // Then
    await().atMost(PATIENCE).until(() -> isBack(host, unit));
    String pid = "$(systemctl show --property=MainPID --value " + unit + ")";
    assertThat(hosts.shell(host, "cat /proc/" + pid + "/status"))
        .containsPattern("NoNewPrivs:\\s1\n")
        .containsPattern("CapBnd:\\s0{16}\n")
        .containsPattern("Uid:\\s[1-9]");
    await().atMost(PATIENCE).until(() -> isOnline("pump-1"));
  }

  @Test
  void shutsOutAnAddressThatGoesOnTryingWrongKeys() {
    // When
    String url = "https://" + SERVER + "/api/v1/devices";
    await()
        .atMost(PATIENCE)
        .until(
            () -> get(STRANGER, url, "-k", "-H", "Authorization: Bearer wrong").code() == REFUSED);

    // Then
    assertThat(hosts.on(SERVER, "fail2ban-client", "status", "fairlead"))
        .contains(hosts.address(STRANGER));
    assertThat(get(CONTROL, url, "-k").said()).isEqualTo("401");
  }

  @Test
  void sendsMailOfTheHostAndOfTheProduct() {
    // When
    hosts.shell(SERVER, "printf 'Subject: disk of the host\\n\\n.\\n' | sendmail root");
    String hook =
        hosts
            .api(
                "/api/v1/webhooks",
                "-d '{\"url\":\"mailto:night@example.test\",\"kinds\":[\"alert.raised\"]}'")
            .replaceFirst("(?s)^.*?\"id\":\"([^\"]+)\".*", "$1");
    hosts.api("/api/v1/webhooks/" + hook + "/test", "-X POST");

    // Then
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              String mails = hosts.on(CONTROL, "cat", "/control/mail.log");
              return mails.contains("disk of the host") && mails.contains("night@example.test");
            });
    assertThat(hosts.on(SERVER, "journalctl", "--identifier=msmtp"))
        .contains("recipients=ops@example.test");
  }

  @Test
  void tellsTheProviderOfDynamicDnsTheAddress() {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                hosts
                    .on(CONTROL, "cat", "/control/dns.log")
                    .contains(hosts.address(SERVER) + " - - "));
    assertThat(hosts.on(CONTROL, "cat", "/control/dns.log")).contains("GET /update?name=fleet");
    assertThat(hosts.on(SERVER, "systemctl", "list-timers", "--all"))
        .contains("fairlead-dynamic-dns.timer");
  }

  @Test
  void takesACertificateOfAnAcmeServerAndGoesBackToItsOwn() {
    // Given
    String trusted = hosts.on(CONTROL, "cat", "/control/acme.pem");
    hosts.shell(
        SERVER,
        "echo '"
            + trusted
            + "' >/usr/local/share/ca-certificates/acme.crt && update-ca-certificates");

    // When
    BareHosts.Play acme = hosts.play("server.yml", "-e", "certificate_from=acme");
    BareHosts.Play again = hosts.play("server.yml", "-e", "certificate_from=acme");

    // Then
    assertThat(acme.failed()).as(acme.all()).isZero();
    assertThat(again.changed()).as(again.all()).isZero();
    hosts.shell(CONTROL, "curl -sSk https://127.0.0.1:15000/roots/0 >/control/acme-root.pem");
    assertThat(
            get(
                    CONTROL,
                    "https://" + SERVER + "/api/v1/devices",
                    "--cacert",
                    "/control/acme-root.pem")
                .said())
        .isEqualTo("401");

    // When
    BareHosts.Play own = hosts.play("server.yml");

    // Then
    assertThat(own.failed()).as(own.all()).isZero();
    assertThat(get(CONTROL, "https://" + SERVER + "/", "--cacert", AUTHORITY).code()).isZero();
  }

  @Test
  void keepsToWhatAnsibleAdvises() {
    // When
    Docker.Ending lint = hosts.lint();

    // Then
    assertThat(lint.code()).as(lint.said()).isZero();
  }
}
