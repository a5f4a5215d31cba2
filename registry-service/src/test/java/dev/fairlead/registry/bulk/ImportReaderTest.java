package dev.fairlead.registry.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportReaderTest {

  private static ImportReader reader(String format, String mode) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("format", format).put("mode", mode);
    return new ImportReader(
        BulkJob.begun(
            new TenantId("acme"),
            "job",
            BulkJob.Kind.IMPORT,
            spec,
            Optional.empty(),
            new Act.Actor("acme", "admin", "admin", "192.0.2.7"),
            Instant.EPOCH));
  }

  private static List<ImportBatch> read(ImportReader reader, byte[] body) {
    List<ImportBatch> batches = new ArrayList<>();
    reader.add(body);
    for (Optional<ImportBatch> batch = reader.next(); batch.isPresent(); batch = reader.next()) {
      batches.add(batch.get());
    }
    batches.addAll(reader.end());
    return batches;
  }

  private static List<ImportBatch> read(String format, String mode, String body) {
    return read(reader(format, mode), body.getBytes(StandardCharsets.UTF_8));
  }

  private static ImportBatch only(List<ImportBatch> batches) {
    assertThat(batches).hasSize(1);
    return batches.getFirst();
  }

  private static String document(ImportBatch batch) {
    assertThat(batch.errors()).isEmpty();
    assertThat(batch.rows()).hasSize(1);
    return batch.rows().getFirst().document().toString();
  }

  @Test
  void readsEveryColumn() {
    // When
    ImportBatch batch =
        only(
            read(
                "csv",
                "create",
                """
                id,name,type,tag:site,latitude,longitude,tags
                pump-17,"Pump, ""17\""",pump,north,53.5,9.9,"{""hall"":""3""}"
                """
                    .replace("\n", "\r\n")));

    // Then
    assertThat(document(batch))
        .isEqualTo(
            """
            {"name":"Pump, \\"17\\"","type":"pump","tags":{"site":"north","hall":"3"},\
            "location":{"latitude":53.5,"longitude":9.9}}""");
    assertThat(batch.rows().getFirst().id().value()).isEqualTo("pump-17");
    assertThat(batch.last()).isTrue();
    assertThat(batch.lines()).isEqualTo(2);
  }

  @Test
  void leavesOutWhatIsEmptyAndTakesItAwayInAnUpsert() {
    // Given
    String body = "id,name,tag:site,latitude,longitude\n1,,,,\n";

    // Then
    assertThat(document(only(read("csv", "create", body)))).isEqualTo("{}");
    assertThat(document(only(read("csv", "upsert", body))))
        .isEqualTo("{\"name\":null,\"tags\":{\"site\":null},\"location\":null}");
  }

  @Test
  void makesAnIdWhereNoneIsGiven() {
    assertThat(only(read("ndjson", "create", "{}")).rows().getFirst().id().value()).hasSize(36);
    assertThat(only(read("csv", "create", "id,name\n,x\n")).rows().getFirst().id().value())
        .hasSize(36);
  }

  @Test
  void passesOverAByteOrderMarkAndEmptyLines() {
    // When
    ImportBatch batch = only(read("csv", "create", "\ufeffid,name\n\n1,a\r\n\r\n2,b"));

    // Then
    assertThat(batch.errors()).isEmpty();
    assertThat(batch.rows()).extracting(row -> row.id().value()).containsExactly("1", "2");
    assertThat(batch.rows()).extracting(DeviceRow::line).containsExactly(3L, 5L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | The row has 1 fields, the header 2.",
        "1,a,b | The row has 3 fields, the header 2.",
        "1,\"a | The row is no CSV",
        ".,a | cannot be a device's id",
        "a b,a | cannot be a device's id",
      })
  void tellsWhatIsWrongWithARow(String row, String why) {
    // When
    ImportBatch batch = only(read("csv", "create", "id,name\n" + row + "\n"));

    // Then
    assertThat(batch.rows()).isEmpty();
    assertThat(batch.errors()).hasSize(1);
    BulkError error = batch.errors().getFirst();
    assertThat(error.line()).contains(2L);
    assertThat(error.code()).isEqualTo("validation-failed");
    assertThat(error.message()).contains(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | malformed-json",
        "[] | validation-failed",
        "{\"name\":\"\"} | validation-failed",
        "{\"name\":null} | validation-failed",
        "{\"nmae\":\"x\"} | validation-failed",
        "{\"name\":\"a\\u0000\"} | validation-failed",
        "{\"tags\":{\"a:b\":\"x\"}} | validation-failed",
        "{\"tags\":{\"\":\"x\"}} | validation-failed",
        "{\"tags\":{\"a\":1}} | validation-failed",
        "{\"location\":{\"latitude\":91,\"longitude\":0}} | validation-failed",
        "{\"location\":{\"latitude\":9}} | validation-failed",
        "{\"id\":7} | validation-failed",
      })
  void refusesWhatTheContractRefuses(String row, String code) {
    // When
    ImportBatch batch = only(read("ndjson", "create", row + "\n{\"id\":\"right\"}\n"));

    // Then
    assertThat(batch.errors()).extracting(BulkError::code).containsExactly(code);
    assertThat(batch.rows()).extracting(row2 -> row2.id().value()).containsExactly("right");
  }

  @Test
  void refusesARowThatIsNotUtf8AndTakesTheNext() {
    // Given
    byte[] body = "{\"name\":\"?\"}\n{\"id\":\"right\"}".getBytes(StandardCharsets.UTF_8);
    body[9] = (byte) 0xff;

    // When
    ImportBatch batch = only(read(reader("ndjson", "create"), body));

    // Then
    assertThat(batch.errors())
        .extracting(BulkError::message)
        .containsExactly("The row is not UTF-8.");
    assertThat(batch.rows()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"id,nmae", "id,id", "id,latitude", "id,tag:", "id,\"name"})
  void refusesAHeaderThatIsNone(String header) {
    assertThatThrownBy(() -> read("csv", "create", header + "\n1,a\n"))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void endsABatchBeforeADeviceComesAgain() {
    // When
    List<ImportBatch> batches =
        read("ndjson", "upsert", "{\"id\":\"b\"}\n{\"id\":\"a\"}\n{\"id\":\"b\",\"name\":\"x\"}");

    // Then
    assertThat(batches).hasSize(2);
    assertThat(batches.getFirst().rows())
        .extracting(row -> row.id().value())
        .containsExactly("a", "b");
    assertThat(batches.getLast().from()).isEqualTo(batches.getFirst().to());
    assertThat(batches.getLast().rows()).extracting(DeviceRow::line).containsExactly(3L);
  }

  @Test
  void cutsBatchesThatJoinWithoutAGap() {
    // Given
    StringBuilder body = new StringBuilder();
    for (int number = 0; number < ImportReader.BATCH_ROWS * 2 + 1; number++) {
      body.append("{\"id\":\"d").append(number).append("\"}\n");
    }

    // When
    List<ImportBatch> batches = read("ndjson", "create", body.toString());

    // Then
    assertThat(batches).extracting(batch -> batch.rows().size()).containsExactly(2000, 2000, 1);
    assertThat(batches.get(1).from()).isEqualTo(batches.get(0).to());
    assertThat(batches.get(2).from()).isEqualTo(batches.get(1).to());
    assertThat(batches.get(2).to()).isEqualTo(body.length());
    assertThat(batches).extracting(ImportBatch::last).containsExactly(false, false, true);
  }
}
