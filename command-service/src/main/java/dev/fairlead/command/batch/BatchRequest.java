package dev.fairlead.command.batch;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.command.api.SendRequest;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.runtime.http.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The body of a request to send one command to many devices.
///
/// @param command what each is to do
/// @param devices their ids, each once; none where there is a filter
/// @param filter what they meet
record BatchRequest(SendRequest command, List<String> devices, Optional<String> filter) {

  /// The most devices of one request.
  static final int DEVICES_MAX = 10_000;

  BatchRequest {
    devices = List.copyOf(devices);
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Targets(@Nullable List<String> devices, @Nullable String filter) {}

  /// Reads a document that is known to match the contract.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `malformed-json`, or `validation-failed`
  ///     for one without devices, with a device twice, or with a filter as well
  static BatchRequest read(byte[] document) {
    Targets targets = Json.read(document, Targets.class);
    if ((targets.devices() == null) == (targets.filter() == null)) {
      throw CommandProblems.invalid("/devices", "name either devices or a filter");
    }
    List<String> devices = targets.devices() == null ? List.of() : targets.devices();
    Set<String> once = LinkedHashSet.newLinkedHashSet(devices.size());
    for (String device : devices) {
      if (!once.add(device)) {
        throw CommandProblems.invalid("/devices", "'" + device + "' is named twice");
      }
    }
    return new BatchRequest(
        SendRequest.read(document), devices, Optional.ofNullable(targets.filter()));
  }
}
