package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.bus.message.AuditMessage;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What whoever can write to the database, and has no master key, does to the audit. Each test
/// leaves the tables as it found them.
class AuditTamperIT {

  private static final List<String> TABLES = List.of("audit", "audit_chain", "audit_register");

  private static RegistryFixture registry;
  private static AuditScene scene;
  private static Pool pool;

  @TempDir private Path directory;

  private record Checked(boolean intact, List<String> lines) {
    String line(String tenant) {
      return lines.stream().filter(line -> line.startsWith(tenant + " ")).findFirst().orElse("");
    }

    String chains() {
      return lines.getFirst();
    }
  }

  @BeforeAll
  static void start() {
    DatabaseSettings database = RegistryFixture.database();
    registry = new RegistryFixture(database);
    scene = new AuditScene(registry);
    pool = PgPools.create(registry.vertx(), database, "test", "registry");
  }

  @AfterAll
  static void stop() {
    await(pool.close());
    registry.close();
  }

  @BeforeEach
  void keep() {
    copyTo("kept");
  }

  @AfterEach
  void putBack() {
    putBack("kept", TABLES);
  }

  private static void change(String sql) {
    await(pool.query(sql).execute());
  }

  private static void copyTo(String place) {
    TABLES.forEach(table -> change("create table " + place + "_" + table + " as table " + table));
  }

  private static void putBack(String place, List<String> tables) {
    for (String table : tables) {
      String copy = place + "_" + table;
      change("delete from " + table + "; insert into " + table + " table " + copy);
    }
    TABLES.forEach(table -> change("drop table " + place + "_" + table));
  }

  private static void deleteAll(String tenant) {
    change("delete from audit where tenant = '" + tenant + "'");
    change("delete from audit_chain where tenant = '" + tenant + "'");
  }

  private static void restart() {
    registry.stop();
    registry.start(UnaryOperator.identity());
  }

  private static Checked check(Optional<Path> noted) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean intact =
        AuditCheck.run(
            registry.config(), noted, new PrintStream(out, true, StandardCharsets.UTF_8));
    return new Checked(intact, out.toString(StandardCharsets.UTF_8).lines().toList());
  }

  private static Checked check() {
    return check(Optional.empty());
  }

  private Path note(List<String> lines) throws IOException {
    return Files.write(directory.resolve("heads"), lines);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "edited|update audit set actor = 'else' where tenant = $ and sequence = 2|entry 2 was changed",
        "moved|update audit set at = at + interval '1 s' where tenant = $ and sequence = 3|entry 3 was changed",
        "middle|delete from audit where tenant = $ and sequence = 2|entry 2 is missing",
        "head|delete from audit where tenant = $ and sequence = 1|entry 1 is missing",
        "tail|delete from audit where tenant = $ and sequence = 3|entry 3 is missing",
        "ends|update audit_chain set next_sequence = 3 where tenant = $|the ends of the chain were changed",
        "chainless|delete from audit_chain where tenant = $|the chain is missing",
      })
  void noticesWhatWasDoneToTheTables(String tenant, String sql, String fault) {
    // Given
    scene.write(tenant, 3);
    assertThat(scene.verification(tenant).getBoolean("intact")).isTrue();

    // When
    change(sql.replace("$", "'" + tenant + "'"));

    // Then
    assertThat(scene.verification(tenant).getBoolean("intact")).isFalse();
    assertThat(scene.verification(tenant).getString("fault")).isEqualTo(fault);
    assertThat(check().intact()).isFalse();
    assertThat(check().line(tenant)).contains("BROKEN, " + fault);
  }

  @Test
  void saysThatAllIsWell() {
    // Given
    scene.write("well", 2);

    // When
    Checked checked = check();

    // Then
    assertThat(checked.intact()).isTrue();
    assertThat(checked.chains()).isEqualTo("# chains: all there");
    assertThat(checked.line("well")).matches("well 2 [0-9a-f]{64} intact, from 1");
  }

  @Test
  void noticesThatAllOfATenantIsGoneAlsoWhenItDoesSomethingAgain() {
    // Given
    scene.write("gone", 2);
    scene.write("later", 1);

    // When
    deleteAll("gone");
    Checked first = check();
    scene.write("gone", 1);
    Checked second = check();

    // Then
    assertThat(first.intact()).isFalse();
    assertThat(first.chains()).matches("# chains: BROKEN, chain \\d+ is missing");
    assertThat(second.intact()).isFalse();
    assertThat(second.chains()).isEqualTo(first.chains());
  }

  @ParameterizedTest
  @CsvSource({
    "delete from audit_register, the register of chains is missing",
    "update audit_register set chains = chains - 1, the register of chains was changed",
    "update audit_chain set number = number - 1, chain 1 is missing"
  })
  void noticesWhatWasDoneToTheRegister(String sql, String fault) {
    // Given
    scene.write("registered", 1);

    // When
    change(sql);

    // Then
    assertThat(check().intact()).isFalse();
    assertThat(check().chains()).isEqualTo("# chains: BROKEN, " + fault);
  }

  @Test
  void aRegisterThatBeginsAnewHidesNothing() {
    // Given
    scene.write("hidden", 1);

    // When
    deleteAll("hidden");
    change("delete from audit_register; update audit_chain set number = null");
    restart();
    scene.write("newcomer", 1);

    // Then
    assertThat(check().intact()).isFalse();
    assertThat(check().chains()).isEqualTo("# chains: BROKEN, the register of chains was changed");
  }

  @Test
  void registersTheChainsOfAnEarlierVersion() {
    // Given
    scene.write("early", 1);
    scene.write("earlier", 1);
    MasterKey master = registry.config().opener();
    Buffer secret =
        await(pool.query("select secret from audit_key").execute())
            .iterator()
            .next()
            .getBuffer("secret");
    String key = master.decrypt("audit", secret.getBytes());
    Buffer earlier =
        Buffer.buffer(master.encrypt("audit", key.substring(key.lastIndexOf(' ') + 1)));
    await(pool.preparedQuery("update audit_key set secret = $1").execute(Tuple.of(earlier)));
    change("delete from audit_register; update audit_chain set number = null");

    // When
    restart();

    // Then
    assertThat(check().intact()).isTrue();
    deleteAll("early");
    assertThat(check().intact()).isFalse();
  }

  @Test
  void noLaterEntryHidesAnEndThatWasCutOff() {
    // Given
    scene.write("cut", 3);

    // When
    change(
        """
        update audit_chain set next_sequence = 3, last_hash =
          (select hash from audit where tenant = 'cut' and sequence = 2)
        where tenant = 'cut'
        """);
    change("delete from audit where tenant = 'cut' and sequence = 3");
    registry.send(AuditMessage.of(AuditScene.entry("cut", 7)).toRecord());
    scene.awaitEntries("cut", "", 3);

    // Then
    assertThat(scene.verification("cut").getString("fault"))
        .isEqualTo("the ends of the chain were changed");
  }

  @Test
  void retentionTakesNothingAwayThatWasMadeToLookOld() {
    // Given
    scene.write("young", 3);

    // When
    change("update audit set at = '2000-01-01' where tenant = 'young' and sequence < 3");
    registry.send(
        AuditMessage.of(AuditScene.at("zz-old", 1, Instant.parse("2000-01-01T00:00:00Z")))
            .toRecord());
    scene.awaitEntries("zz-old", "", 1);
    restart();
    scene.awaitEntries("zz-old", "", 0);

    // Then
    assertThat(scene.verification("young").getString("fault")).isEqualTo("entry 1 was changed");
    restart();
    assertThat(scene.entries("young", "")).hasSize(3);
  }

  @Test
  void takesWhatWasNotedForTrueAsLongAsItIs() throws IOException {
    // Given
    scene.write("noted", 2);
    List<String> lines = check().lines();
    scene.write("noted", 4);

    // When
    Checked checked = check(Optional.of(note(lines)));

    // Then
    assertThat(checked.intact()).isTrue();
    assertThat(checked.line("noted")).startsWith("noted 4 ");
  }

  @Test
  void noticesByNotedHeadsThatAnEarlierStateWasPutBack() throws IOException {
    // Given
    scene.write("back", 2);
    copyTo("earlier");
    scene.write("back", 4);
    Path noted = note(check().lines());

    // When
    putBack("earlier", TABLES);

    // Then
    assertThat(check(Optional.of(noted)).intact()).isFalse();
    assertThat(check(Optional.of(noted)).line("back"))
        .contains("BROKEN, entry 4 was noted and is missing");
  }

  @Test
  void noticesByNotedHeadsThatEntriesWereWrittenAnewAfterAnEarlierStateWasPutBack()
      throws IOException {
    // Given
    scene.write("again", 2);
    copyTo("earlier");
    scene.write("again", 3);
    Path noted = note(check().lines());

    // When
    putBack("earlier", TABLES);
    registry.send(AuditMessage.of(AuditScene.entry("again", 8)).toRecord());
    scene.awaitEntries("again", "", 3);

    // Then
    assertThat(check(Optional.of(noted)).line("again"))
        .contains("BROKEN, entry 3 is not the one that was noted");
  }

  @Test
  void noticesByNotedHeadsThatATenantIsGoneWithTheRegisterOfBefore() throws IOException {
    // Given
    copyTo("earlier");
    scene.write("vanished", 2);
    Path noted = note(check().lines());

    // When
    putBack("earlier", TABLES);

    // Then
    assertThat(check(Optional.of(noted)).intact()).isFalse();
    assertThat(check(Optional.of(noted)).line("vanished"))
        .contains("BROKEN, entry 2 was noted and is missing");
  }

  @Test
  void refusesWhatNoCheckSaid() throws IOException {
    // Given
    Path odd = note(List.of("# chains: all there", "well: intact"));

    // Then
    assertThatThrownBy(() -> check(Optional.of(odd)))
        .hasMessageContaining("line 2 of the noted heads");
  }

  @Test
  void saysThatTheKeyIsGoneAndMakesNoOther() {
    // Given
    change("create table kept_key as table audit_key; delete from audit_key");

    // Then
    assertThatThrownBy(AuditTamperIT::check)
        .hasMessageContaining("the key of the audit is missing");
    change("insert into audit_key table kept_key; drop table kept_key");
  }
}
