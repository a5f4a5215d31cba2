package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.Json;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The schemas that were used last, made ready once. Bounded by the length of their texts; what was
/// not used for the longest time goes first. Safe for all threads.
public final class SchemaCache {

  private static final Logger log = LoggerFactory.getLogger(SchemaCache.class);

  /// How long the texts of all schemas in it may be together, in characters.
  static final long CHARACTERS_MAX = 4L * 1024 * 1024;

  /// What an entry counts besides its text.
  private static final int ENTRY_CHARACTERS = 256;

  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final Counter broken;
  private long characters;

  /// @param broken counts schemas that are not understood any more
  public SchemaCache(Counter broken) {
    this.broken = broken;
  }

  /// A state of a type.
  ///
  /// @param revision never given twice, not even to a type that was deleted and made again
  public record Key(TenantId tenant, String type, long revision) {}

  private record Entry(TypeSchemas schemas, int characters) {}

  /// The schemas of a type, if it was used lately.
  public synchronized Optional<TypeSchemas> get(Key key) {
    return Optional.ofNullable(entries.get(key)).map(Entry::schemas);
  }

  /// Makes schemas ready and keeps them. Schemas that are not understood, because they were written
  /// for other rules than those of this version, ask nothing: what devices send is worth more than
  /// the check.
  ///
  /// @param text what [TypeSchemas#compile] reads
  public TypeSchemas put(Key key, String text) {
    TypeSchemas schemas = compile(key, text);
    keep(key, new Entry(schemas, text.length() + ENTRY_CHARACTERS));
    return schemas;
  }

  private TypeSchemas compile(Key key, String text) {
    try {
      JsonNode source = Json.mapper().readTree(text);
      return TypeSchemas.compile(source);
    } catch (BadSchemaException | IOException e) {
      broken.increment();
      log.atWarn()
          .addKeyValue("tenant", key.tenant())
          .addKeyValue("type", key.type())
          .log("the schemas of a type are not understood and ask nothing");
      return TypeSchemas.NONE;
    }
  }

  private synchronized void keep(Key key, Entry entry) {
    Entry before = entries.put(key, entry);
    characters += entry.characters() - (before == null ? 0 : before.characters());
    var oldest = entries.entrySet().iterator();
    while (characters > CHARACTERS_MAX && entries.size() > 1) {
      characters -= oldest.next().getValue().characters();
      oldest.remove();
    }
  }

  /// How many types are in it.
  synchronized int size() {
    return entries.size();
  }
}
