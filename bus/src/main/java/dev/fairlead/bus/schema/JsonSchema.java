package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A JSON Schema (draft 2020-12), ready to check documents. Immutable, for all threads.
///
/// All keywords of the standard are known but `unevaluatedItems`, `unevaluatedProperties`,
/// `$dynamicRef` and its like, and `$anchor`; `$ref` leads to places in the same document. A
/// keyword that is not known is refused rather than passed over: it is most often a typing error.
/// `format` and what describes are annotations, as in the standard, and ask nothing.
///
/// A check ends soon, whatever the schema and the document: it has a number of steps, and a
/// document that takes more counts as one that breaks the schema. That is why the validator of
/// Vert.x, which checks requests against our own contracts, is not used for what tenants write:
/// its patterns are Java's, it compares items of a list each with each, and nothing bounds how
/// often references are followed. It is the oracle of the tests.
public final class JsonSchema {

  private static final Logger log = LoggerFactory.getLogger(JsonSchema.class);

  /// How much work a check may be: about one step for each rule and value, and for 16 characters
  /// that are looked at; some milliseconds in all.
  public static final int STEPS_MAX = 250_000;

  /// How many violations are told of one document.
  public static final int VIOLATIONS_MAX = Run.VIOLATIONS_MAX;

  /// The largest schema, as JSON in UTF-8.
  public static final int BYTES_MAX = 64 * 1024;

  /// How deep it may be.
  public static final int DEPTH_MAX = 32;

  private final SchemaNode root;

  private JsonSchema(SchemaNode root) {
    this.root = root;
  }

  /// Reads a schema.
  ///
  /// @throws BadSchemaException when it is none that is understood here, or beyond the bounds
  public static JsonSchema compile(JsonNode source) {
    return new JsonSchema(new SchemaCompiler(source).compile());
  }

  /// Checks a document.
  ///
  /// @return what is wrong with it, some of it where that is much; nothing when it is right
  public List<Violation> check(JsonNode document) {
    try {
      return checked(document);
    } catch (RuntimeException | StackOverflowError e) {
      // A fault of ours. Whoever consumes a topic would meet it again and again otherwise.
      log.atError().setCause(e).log("document not checked");
      return List.of(new Violation("", "the document could not be checked"));
    }
  }

  private List<Violation> checked(JsonNode document) {
    Run run = new Run(STEPS_MAX);
    boolean valid = root.check(document, Place.ROOT, run);
    List<Violation> violations = run.violations();
    return valid || !violations.isEmpty()
        ? violations
        : List.of(new Violation("", "it does not match"));
  }
}
