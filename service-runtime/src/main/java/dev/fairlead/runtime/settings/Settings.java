package dev.fairlead.runtime.settings;

import static java.util.stream.Collectors.joining;

import dev.fairlead.runtime.text.Units;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The settings of a process, read from the environment variables that start with `FAIRLEAD_`.
///
/// Names are given without that prefix. A read that meets a problem notes it and returns the
/// default (a required setting: an empty text), so that the reading goes on and [#finish] can tell
/// all problems at once. The same setting may be read more than once, as it is when several
/// services share a process. A value that is empty or blank counts as not set.
///
/// An instance belongs to one thread.
public final class Settings {
  /// What every name starts with.
  public static final String PREFIX = "FAIRLEAD_";

  private static final String FILE_SUFFIX = "_FILE";
  private static final String NONE = "(none)";
  private static final String REQUIRED = "(required)";

  private final Map<String, String> environment;
  private final Map<String, Setting> described = new LinkedHashMap<>();
  private final Set<String> problems = new LinkedHashSet<>();

  private Settings(Map<String, String> environment) {
    this.environment = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX)) {
            this.environment.put(name, value.strip());
          }
        });
  }

  /// The settings of an environment, usually `System.getenv()`; variables without the prefix are
  /// left alone.
  public static Settings of(Map<String, String> environment) {
    return new Settings(environment);
  }

  /// A text.
  public String text(String name, String fallback, String description) {
    return read(name, fallback, fallback, description, Optional::of, "");
  }

  /// A text that must be set; the empty text stands for it until [#finish] tells that it is
  /// missing.
  public String requiredText(String name, String description) {
    Optional<String> value = value(name);
    if (value.isEmpty()) {
      problems.add(PREFIX + name + " must be set");
    }
    describe(name, value.orElse(NONE), REQUIRED, value.isPresent(), description);
    return value.orElse("");
  }

  /// A text that may be absent.
  public Optional<String> optionalText(String name, String description) {
    Optional<String> value = value(name);
    describe(name, value.orElse(NONE), NONE, value.isPresent(), description);
    return value;
  }

  /// A whole number from `min` to `max`, both included.
  public int integer(String name, int fallback, int min, int max, String description) {
    return read(
        name,
        fallback,
        Integer.toString(fallback),
        description,
        text -> integer(text).filter(number -> number >= min && number <= max),
        "a whole number from " + min + " to " + max);
  }

  /// A number of bytes from `min` to `max`, both included, written as `65536`, `64KiB`, `1MiB` or
  /// `2GiB`.
  public long size(String name, long fallback, long min, long max, String description) {
    return read(
        name,
        fallback,
        Units.text(fallback),
        description,
        text -> Units.size(text).filter(bytes -> bytes >= min && bytes <= max),
        "a size from " + Units.text(min) + " to " + Units.text(max) + ", such as 64KiB or 1MiB");
  }

  /// A duration from `min` to `max`, both included, written as `500ms`, `10s`, `5m`, `2h` or
  /// `400d`.
  public Duration duration(
      String name, Duration fallback, Duration min, Duration max, String description) {
    return read(
        name,
        fallback,
        Units.text(fallback),
        description,
        text ->
            Units.duration(text)
                .filter(value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0),
        "a duration from "
            + Units.text(min)
            + " to "
            + Units.text(max)
            + ", such as 500ms, 10s, 5m, 2h or 400d");
  }

  /// `true` or `false`.
  public boolean flag(String name, boolean fallback, String description) {
    return read(
        name,
        fallback,
        Boolean.toString(fallback),
        description,
        text ->
            switch (text) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            },
        "true or false");
  }

  /// Texts with commas between them; blanks around each, and empty ones, are left out.
  public List<String> list(String name, List<String> fallback, String description) {
    return read(
        name,
        List.copyOf(fallback),
        fallback.isEmpty() ? NONE : String.join(",", fallback),
        description,
        text ->
            Optional.of(
                Stream.of(text.split(",", -1))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .toList()),
        "");
  }

  /// A path, as written; whether it exists is for the reader to find out.
  public Path path(String name, Path fallback, String description) {
    return read(name, fallback, fallback.toString(), description, Settings::path, "a path");
  }

  /// A secret that must be set, either itself or as the path of a file that holds it, in
  /// `NAME_FILE`.
  public Secret secret(String name, String description) {
    Optional<Secret> secret = readSecret(name, REQUIRED, description);
    if (secret.isEmpty() && !isSet(name) && !isSet(name + FILE_SUFFIX)) {
      problems.add(PREFIX + name + " or " + PREFIX + name + FILE_SUFFIX + " must be set");
    }
    return secret.orElseGet(() -> Secret.of(""));
  }

  /// A secret that may be absent, either itself or as the path of a file that holds it, in
  /// `NAME_FILE`.
  public Optional<Secret> optionalSecret(String name, String description) {
    return readSecret(name, NONE, description);
  }

  /// Notes a problem that only the reader of several settings can see, as one sentence that names
  /// them.
  public void problem(String sentence) {
    problems.add(sentence);
  }

  /// Ends the reading.
  ///
  /// @throws SettingsException with every problem met, and one for each `FAIRLEAD_` name that
  ///     nobody has read
  public void finish() {
    List<String> all = new ArrayList<>(problems);
    environment.keySet().stream()
        .filter(name -> !described.containsKey(name))
        .map(this::unknown)
        .forEach(all::add);
    if (!all.isEmpty()) {
      throw new SettingsException(all);
    }
  }

  /// What was read so far, in that order, each setting once.
  public List<Setting> described() {
    return List.copyOf(described.values());
  }

  private String unknown(String name) {
    return name
        + " is not a setting"
        + NearestName.of(
                name.substring(PREFIX.length()),
                described.keySet().stream().map(known -> known.substring(PREFIX.length())).toList())
            .map(known -> "; did you mean " + PREFIX + known + "?")
            .orElse("");
  }

  private Optional<Secret> readSecret(String name, String fallback, String description) {
    Optional<String> inline = value(name);
    Optional<String> file = value(name + FILE_SUFFIX);
    describe(
        name, inline.isPresent() ? "(secret)" : NONE, fallback, inline.isPresent(), description);
    describe(
        name + FILE_SUFFIX,
        file.orElse(NONE),
        NONE,
        file.isPresent(),
        "A file that holds `" + PREFIX + name + "`.");
    if (inline.isPresent() && file.isPresent()) {
      problems.add(PREFIX + name + " and " + PREFIX + name + FILE_SUFFIX + " must not both be set");
    }
    return inline
        .map(Secret::of)
        .or(() -> file.flatMap(path -> secretIn(name + FILE_SUFFIX, path)));
  }

  private Optional<Secret> secretIn(String name, String file) {
    try {
      return Optional.of(Secret.in(Path.of(file)));
    } catch (FileSystemException | CharacterCodingException | InvalidPathException e) {
      problems.add(PREFIX + name + ": the file cannot be read: " + file);
    } catch (IOException e) {
      problems.add(PREFIX + name + ": " + e.getMessage());
    }
    return Optional.empty();
  }

  private <T> T read(
      String name,
      T fallback,
      String fallbackText,
      String description,
      Function<String, Optional<T>> parser,
      String expected) {
    Optional<String> value = value(name);
    describe(name, value.orElse(fallbackText), fallbackText, value.isPresent(), description);
    if (value.isEmpty()) {
      return fallback;
    }
    Optional<T> parsed = value.flatMap(parser);
    if (parsed.isEmpty()) {
      problems.add(PREFIX + name + " must be " + expected + ", not '" + value.get() + "'");
    }
    return parsed.orElse(fallback);
  }

  private void describe(
      String name, String value, String fallback, boolean set, String description) {
    described.putIfAbsent(
        PREFIX + name, new Setting(PREFIX + name, value, fallback, set, description));
  }

  private Optional<String> value(String name) {
    @Nullable String value = environment.get(PREFIX + name);
    return Optional.ofNullable(value).filter(text -> !text.isEmpty());
  }

  private boolean isSet(String name) {
    return value(name).isPresent();
  }

  private static Optional<Integer> integer(String text) {
    try {
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /// The settings one a line, for people; secrets do not show.
  @Override
  public String toString() {
    return described.values().stream()
        .map(
            setting -> setting.name() + "=" + setting.value() + (setting.set() ? "" : " (default)"))
        .collect(joining("\n"));
  }
}
