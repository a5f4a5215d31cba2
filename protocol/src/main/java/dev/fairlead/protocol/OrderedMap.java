package dev.fairlead.protocol;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The one map behind every map value: immutable, in insertion order, its keys well-formed. Being
/// a type of its own it is recognised and never copied again, so that decoders hand over what
/// they built.
final class OrderedMap extends AbstractMap<String, Value> {

  static final OrderedMap EMPTY = new OrderedMap(new LinkedHashMap<>());

  private final Map<String, Value> entries;

  private OrderedMap(SequencedMap<String, Value> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  /// Takes over a map that nobody else holds and whose keys are known to be well-formed.
  static OrderedMap adopt(SequencedMap<String, Value> entries) {
    return entries.isEmpty() ? EMPTY : new OrderedMap(entries);
  }

  static OrderedMap copyOf(Map<String, ? extends Value> source) {
    if (source instanceof OrderedMap ordered) {
      return ordered;
    }
    LinkedHashMap<String, Value> copy = LinkedHashMap.newLinkedHashMap(source.size());
    source.forEach(
        (key, value) -> {
          Utf8.requireWellFormed(key);
          copy.put(key, Objects.requireNonNull(value));
        });
    return adopt(copy);
  }

  OrderedMap with(String key, Value value) {
    LinkedHashMap<String, Value> copy = new LinkedHashMap<>(entries);
    Utf8.requireWellFormed(key);
    copy.put(key, value);
    return new OrderedMap(copy);
  }

  OrderedMap without(String key) {
    if (!entries.containsKey(key)) {
      return this;
    }
    LinkedHashMap<String, Value> copy = new LinkedHashMap<>(entries);
    copy.remove(key);
    return adopt(copy);
  }

  @Override
  public Set<Entry<String, Value>> entrySet() {
    return entries.entrySet();
  }

  @Override
  public @Nullable Value get(@Nullable Object key) {
    return entries.get(key);
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return entries.containsKey(key);
  }

  @Override
  public int size() {
    return entries.size();
  }
}
