package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows of CSV as documents of devices, by the columns that the header names: `id`, `name`, `type`,
/// `latitude`, `longitude`, `tag:KEY` for a tag, and `tags` for a JSON object of tags.
final class CsvRows {

  private static final ObjectReader FIELDS =
      new CsvMapper().readerFor(String[][].class).with(CsvParser.Feature.WRAP_AS_ARRAY);

  private static final int COLUMNS_MAX = 256;
  private static final String ID = "id";
  private static final String TAGS = "tags";
  private static final String TAG = "tag:";
  private static final String LATITUDE = "latitude";
  private static final String LONGITUDE = "longitude";
  private static final Set<String> WORDS = Set.of(ID, "name", "type", TAGS, LATITUDE, LONGITUDE);

  private final List<String> columns;
  private final boolean emptyTakesAway;

  /// @param columns of the header
  /// @param emptyTakesAway whether an empty field is a null, and else no word at all
  CsvRows(List<String> columns, boolean emptyTakesAway) {
    this.columns = List.copyOf(columns);
    this.emptyTakesAway = emptyTakesAway;
  }

  /// The columns of a header.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed` for columns that
  ///     nobody knows, or that are there twice
  static List<String> header(String row) {
    List<String> columns = List.of(fields(row));
    if (columns.size() > COLUMNS_MAX) {
      throw wrong("The header has more than " + COLUMNS_MAX + " columns.");
    }
    for (String column : columns) {
      if (!WORDS.contains(column) && !(column.startsWith(TAG) && column.length() > TAG.length())) {
        throw wrong(
            "No column is called '"
                + column
                + "'; there are id, name, type, latitude, longitude, tags and tag:KEY.");
      }
    }
    Set<String> different = new HashSet<>(columns);
    if (different.size() < columns.size()) {
      throw wrong("The header has a column twice.");
    }
    if (different.contains(LATITUDE) != different.contains(LONGITUDE)) {
      throw wrong("A latitude is nothing without a longitude.");
    }
    return columns;
  }

  /// The document of a row.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed`
  ObjectNode document(String row) {
    String[] fields = fields(row);
    if (fields.length != columns.size()) {
      throw wrong("The row has %d fields, the header %d.".formatted(fields.length, columns.size()));
    }
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    for (int index = 0; index < fields.length; index++) {
      put(document, columns.get(index), fields[index]);
    }
    return withLocation(document);
  }

  private void put(ObjectNode document, String column, String field) {
    if (field.isEmpty()) {
      if (emptyTakesAway && !column.equals(ID) && !column.equals(TAGS)) {
        takeAway(document, column);
      }
    } else if (column.equals(LATITUDE) || column.equals(LONGITUDE)) {
      document.put(column, degrees(column, field));
    } else if (column.equals(TAGS)) {
      document.withObjectProperty(TAGS).setAll(tags(field));
    } else if (column.startsWith(TAG)) {
      document.withObjectProperty(TAGS).put(column.substring(TAG.length()), field);
    } else {
      document.put(column, field);
    }
  }

  private static void takeAway(ObjectNode document, String column) {
    if (column.startsWith(TAG)) {
      document.withObjectProperty(TAGS).putNull(column.substring(TAG.length()));
    } else {
      document.putNull(column);
    }
  }

  private static double degrees(String column, String field) {
    try {
      return Double.parseDouble(field);
    } catch (NumberFormatException e) {
      throw wrong("The " + column + " is no number.");
    }
  }

  private static ObjectNode tags(String field) {
    try {
      if (Json.mapper().readTree(field) instanceof ObjectNode tags) {
        return tags;
      }
    } catch (JacksonException e) {
      // told below
    }
    throw wrong("The field 'tags' is no JSON object.");
  }

  private static ObjectNode withLocation(ObjectNode document) {
    @Nullable JsonNode latitude = document.remove(LATITUDE);
    @Nullable JsonNode longitude = document.remove(LONGITUDE);
    if (latitude == null && longitude == null) {
      return document;
    }
    if (latitude == null || longitude == null || latitude.isNull() != longitude.isNull()) {
      throw wrong("A latitude is nothing without a longitude.");
    }
    if (latitude.isNull()) {
      document.putNull("location");
    } else {
      document.putObject("location").set(LATITUDE, latitude);
      document.withObjectProperty("location").set(LONGITUDE, longitude);
    }
    return document;
  }

  /// A carriage return outside of quotes ends a row for this parser, but not for us.
  private static String[] fields(String row) {
    try {
      String[][] rows = FIELDS.readValue(row);
      if (rows.length == 1) {
        return rows[0];
      }
    } catch (JacksonException e) {
      // told below
    }
    throw wrong("The row is no CSV: a quote is not closed, or there is a lone carriage return.");
  }

  private static ProblemException wrong(String why) {
    return Problem.of(ProblemType.VALIDATION_FAILED, why).exception();
  }
}
