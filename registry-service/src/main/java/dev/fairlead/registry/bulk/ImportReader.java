package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the body of an import while it comes, and cuts it into batches.
final class ImportReader {

  /// The most rows of a batch.
  static final int BATCH_ROWS = 2_000;

  /// A batch is over when its rows have come to so many bytes.
  private static final int BATCH_BYTES = 2 << 20;

  private static final char BYTE_ORDER_MARK = '\ufeff';
  private static final Comparator<DeviceRow> BY_ID = Comparator.comparing(row -> row.id().value());

  private final boolean csv;
  private final boolean upsert;
  private final RowSplitter splitter;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private Optional<List<String>> columns;
  private Optional<CsvRows> rows;

  // The batch that is being gathered.

  private long from;
  private long to;
  private long lines;
  private List<DeviceRow> gathered = new ArrayList<>();
  private List<BulkError> errors = new ArrayList<>();
  private Set<DeviceId> ids = new HashSet<>();

  /// A row that belongs to the next batch, since this one has its device already.
  private Optional<RowSplitter.Raw> heldBack = Optional.empty();

  /// Goes on where a job stands.
  ImportReader(BulkJob job) {
    this.csv = job.spec("format").equals("csv");
    this.upsert = job.isUpsert();
    this.splitter = new RowSplitter(csv, job.bytes(), job.lines());
    this.columns = job.columns();
    this.rows = columns.map(header -> new CsvRows(header, upsert));
    this.from = job.bytes();
    this.to = job.bytes();
    this.lines = job.lines();
  }

  /// Takes in what comes next.
  void add(byte[] part) {
    splitter.add(part);
  }

  /// A batch that is full; empty when more is needed for one.
  ///
  /// @throws ProblemException `validation-failed` for a header that is none
  Optional<ImportBatch> next() {
    while (true) {
      Optional<RowSplitter.Raw> raw = heldBack.or(splitter::next);
      heldBack = Optional.empty();
      if (raw.isEmpty()) {
        return Optional.empty();
      }
      if (!take(raw.get())) {
        heldBack = raw;
        return Optional.of(batch(false));
      }
      if (isFull()) {
        return Optional.of(batch(false));
      }
    }
  }

  /// What was gathered since the last batch; to be called when [#next] gives nothing.
  ImportBatch rest() {
    return batch(false);
  }

  /// The batches at the end of the body, with what follows its last line break.
  List<ImportBatch> end() {
    List<ImportBatch> ends = new ArrayList<>();
    splitter
        .rest()
        .ifPresent(
            raw -> {
              if (!take(raw)) {
                ends.add(batch(false));
                take(raw);
              }
            });
    ends.add(batch(true));
    return ends;
  }

  private boolean isFull() {
    return gathered.size() + errors.size() >= BATCH_ROWS || to - from >= BATCH_BYTES;
  }

  private ImportBatch batch(boolean last) {
    gathered.sort(BY_ID);
    ImportBatch batch = new ImportBatch(from, to, lines, columns, gathered, ids, errors, last);
    from = to;
    gathered = new ArrayList<>();
    errors = new ArrayList<>();
    ids = new HashSet<>();
    return batch;
  }

  /// @return whether it was taken; else the batch has a row of the same device
  private boolean take(RowSplitter.Raw raw) {
    Optional<JsonNode> said = Optional.empty();
    try {
      String text = text(raw);
      if (text.isBlank()) {
        passed(raw);
        return true;
      }
      if (csv && rows.isEmpty()) {
        columns = Optional.of(CsvRows.header(text));
        rows = columns.map(header -> new CsvRows(header, upsert));
        passed(raw);
        return true;
      }
      ObjectNode document = document(text);
      said = Optional.ofNullable(document.get("id"));
      DeviceRow row = DeviceRow.of(raw.line(), document, upsert);
      if (!ids.add(row.id())) {
        return false;
      }
      gathered.add(row);
    } catch (ProblemException e) {
      if (csv && rows.isEmpty()) {
        throw e;
      }
      Optional<String> id = said.filter(DeviceRow::isId).map(JsonNode::textValue);
      errors.add(BulkError.of(Optional.of(raw.line()), id, e));
    }
    passed(raw);
    return true;
  }

  private void passed(RowSplitter.Raw raw) {
    to = raw.end();
    lines = raw.lines();
  }

  private String text(RowSplitter.Raw raw) {
    if (raw.tooLong()) {
      throw Problem.of(
              ProblemType.PAYLOAD_TOO_LARGE,
              "A row has at most " + RowSplitter.ROW_BYTES_MAX + " bytes.")
          .exception();
    }
    try {
      String text = decoder.decode(ByteBuffer.wrap(raw.bytes())).toString();
      return raw.line() == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK
          ? text.substring(1)
          : text;
    } catch (CharacterCodingException e) {
      throw Problem.of(ProblemType.VALIDATION_FAILED, "The row is not UTF-8.").exception();
    }
  }

  private ObjectNode document(String text) {
    if (csv) {
      return rows.orElseThrow().document(text);
    }
    try {
      if (Json.mapper().readTree(text) instanceof ObjectNode document) {
        return document;
      }
    } catch (JacksonException e) {
      throw Problem.of(ProblemType.MALFORMED_JSON, "The row cannot be read as JSON.").exception();
    }
    throw Problem.of(ProblemType.VALIDATION_FAILED, "The row is no JSON object.").exception();
  }
}
