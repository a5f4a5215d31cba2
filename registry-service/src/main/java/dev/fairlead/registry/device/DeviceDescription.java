package dev.fairlead.registry.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.message.Location;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What people say about a device.
///
/// @param name for people
/// @param type a word for its kind
/// @param tags words under keys
/// @param location where it stands
public record DeviceDescription(
    Optional<String> name,
    Optional<String> type,
    Map<String, String> tags,
    Optional<Location> location) {

  /// The most tags of a device. The bounds of single texts stand in the contract.
  public static final int TAGS_MAX = 64;

  /// Copies the tags.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed` for too many tags
  public DeviceDescription {
    if (tags.size() > TAGS_MAX) {
      throw Problem.of(ProblemType.VALIDATION_FAILED, "A device has at most " + TAGS_MAX + " tags.")
          .with(
              "errors",
              List.of(Map.of("pointer", "/tags", "message", "more than " + TAGS_MAX + " tags")))
          .exception();
    }
    tags = Map.copyOf(tags);
  }

  /// The description of a device of which nobody said where it stands.
  public DeviceDescription(Optional<String> name, Optional<String> type, Map<String, String> tags) {
    this(name, type, tags, Optional.empty());
  }

  /// That of a device of which nobody said anything.
  public static DeviceDescription empty() {
    return new DeviceDescription(Optional.empty(), Optional.empty(), Map.of());
  }

  /// The description after a merge patch (RFC 7396) that matches the contract: what is null goes,
  /// what is absent stays.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed` for too many tags
  public DeviceDescription patched(ObjectNode patch) {
    return new DeviceDescription(
        patched(name, patch, "name"),
        patched(type, patch, "type"),
        patchedTags(patch),
        patchedLocation(patch));
  }

  private static Optional<String> patched(
      Optional<String> before, ObjectNode patch, String member) {
    JsonNode change = patch.path(member);
    return change.isMissingNode() ? before : Optional.ofNullable(change.textValue());
  }

  /// A location changes as a whole: half of one place and half of another are neither.
  private Optional<Location> patchedLocation(ObjectNode patch) {
    JsonNode change = patch.path("location");
    if (change.isMissingNode()) {
      return location;
    }
    return change.isNull()
        ? Optional.empty()
        : Optional.of(
            new Location(
                change.path("latitude").doubleValue(), change.path("longitude").doubleValue()));
  }

  private Map<String, String> patchedTags(ObjectNode patch) {
    JsonNode change = patch.path("tags");
    if (change.isMissingNode()) {
      return tags;
    }
    if (change.isNull()) {
      return Map.of();
    }
    Map<String, String> changed = new TreeMap<>(tags);
    for (Map.Entry<String, JsonNode> tag : change.properties()) {
      if (tag.getValue().isNull()) {
        changed.remove(tag.getKey());
      } else {
        changed.put(tag.getKey(), tag.getValue().textValue());
      }
    }
    return changed;
  }
}
