package dev.fairlead.deployment;

import dev.fairlead.documentation.MetricsPage;
import dev.fairlead.runtime.metrics.Metrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What Prometheus can be asked for, and whether an expression asks for nothing else.
final class KnownSeries {

  /// Of others: Prometheus itself, HAProxy, Kafka's exporter, and their labels.
  private static final Map<String, Set<String>> OTHERS =
      Map.of(
          "up", Set.of(),
          "ALERTS", Set.of(),
          "haproxy_backend_active_servers", Set.of("proxy"),
          "kafka_consumergroup_lag", Set.of("consumergroup", "topic"));

  /// What every series has, from our processes and from Prometheus.
  private static final Set<String> LABELS = Set.of("job", "instance", "service");

  private static final Pattern EXPOSED = Pattern.compile("(?m)^([a-z][a-z0-9_]*)(?:\\{([^}]*)})? ");
  private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]|\\boffset\\s+\\w+");
  private static final Pattern SELECTION =
      Pattern.compile("\\b([A-Za-z_:][\\w:]*)\\b(?!\\s*\\()\\s*(?:\\{([^}]*)})?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
  private static final Set<String> OPERATORS =
      Set.of("and", "or", "unless", "bool", "inf", "by", "without");

  private final Map<String, Set<String>> labelsOfSeries;

  private KnownSeries(Map<String, Set<String>> labelsOfSeries) {
    this.labelsOfSeries = labelsOfSeries;
  }

  /// Ours by their page, those of every process as one shows them.
  static KnownSeries read() {
    Map<String, Set<String>> known = new HashMap<>(OTHERS);
    MetricsPage.read()
        .meters()
        .forEach(meter -> meter.series().forEach(series -> known.put(series, meter.tags())));
    PrometheusMeterRegistry registry = Metrics.create("any");
    EXPOSED
        .matcher(registry.scrape())
        .results()
        .forEach(
            sample ->
                known
                    .computeIfAbsent(sample.group(1), any -> new HashSet<>())
                    .addAll(labels(sample.group(2) == null ? "" : sample.group(2))));
    registry.close();
    return new KnownSeries(known);
  }

  /// What an expression asks for that is not there: names of series, and labels that none of its
  /// series has.
  Set<String> unknownIn(String expression) {
    String bare = RANGE.matcher(TEXT.matcher(expression).replaceAll("\"\"")).replaceAll("");
    Set<String> unknown = new HashSet<>();
    Set<String> there = new HashSet<>(LABELS);
    Matcher selection = SELECTION.matcher(GROUPING.matcher(bare).replaceAll(""));
    while (selection.find()) {
      String name = selection.group(1);
      if (OPERATORS.contains(name)) {
        continue;
      }
      Set<String> labels = labelsOfSeries.get(name);
      if (labels == null) {
        unknown.add(name);
        continue;
      }
      there.addAll(labels);
      labels(selection.group(2) == null ? "" : selection.group(2)).stream()
          .filter(label -> !labels.contains(label) && !LABELS.contains(label))
          .map(label -> name + "{" + label + "}")
          .forEach(unknown::add);
    }
    GROUPING
        .matcher(bare)
        .results()
        .flatMap(grouping -> Stream.of(grouping.group(1).split(",", -1)))
        .map(String::strip)
        .filter(label -> !there.contains(label))
        .map(label -> "by (" + label + ")")
        .forEach(unknown::add);
    return unknown;
  }

  private static Set<String> labels(String matchers) {
    return LABEL
        .matcher(TEXT.matcher(matchers).replaceAll("\"\""))
        .results()
        .map(label -> label.group(1))
        .collect(Collectors.toSet());
  }
}
