package dev.fairlead.command.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fairlead.command.api.CommandDocument;
import org.jspecify.annotations.Nullable;

/// What the event of a step tells. What does not apply is left out.
@JsonInclude(JsonInclude.Include.NON_NULL)
record CommandStep(
    String commandId,
    String deviceId,
    String kind,
    @Nullable String correlation,
    int attempt,
    @Nullable String session,
    @Nullable String reason,
    @Nullable Boolean late,
    CommandDocument.@Nullable Progress progress,
    CommandDocument.@Nullable Result result,
    @Nullable Boolean resultTooLarge) {

  /// The body of a larger answer is left out, and stands in the command's document alone.
  static final int RESULT_BYTES_MAX = 16 * 1024;
}
