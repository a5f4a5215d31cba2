package dev.fairlead.registry.map;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Clusters of devices, as the API shows them.
///
/// @param clusters at most [MapCells#CELLS_MAX]
/// @param total how many devices are in all of them
/// @param level of the cells that they are made of: 2^level cells go around the world
/// @param asOf when it was so
/// @param indexed whether an index leads to what meets the filter
record ClusterDocument(
    List<Cluster> clusters, long total, int level, Instant asOf, boolean indexed) {

  ClusterDocument {
    clusters = List.copyOf(clusters);
  }

  static ClusterDocument of(List<Cluster> clusters, int level, Instant asOf, boolean indexed) {
    return new ClusterDocument(
        clusters, clusters.stream().mapToLong(Cluster::count).sum(), level, asOf, indexed);
  }

  /// The devices of a cell.
  ///
  /// @param latitude the mean of theirs
  /// @param longitude the mean of theirs
  /// @param device its id, when there is one alone
  record Cluster(
      double latitude,
      double longitude,
      long count,
      Healths byHealth,
      Bounds bounds,
      Optional<String> device) {}

  /// How many of them there are of each health.
  record Healths(long green, long red, long grey) {}

  /// The least box that they all stand in.
  record Bounds(double west, double south, double east, double north) {}
}
