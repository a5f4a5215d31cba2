package dev.fairlead.benchmarks;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What follows the name of a benchmark: its size, and which servers are measured.
///
/// @param sizes the numbers, in order
/// @param servers empty for all
record Arguments(List<Integer> sizes, Set<String> servers) {

  /// @throws IllegalArgumentException when there is neither a size nor a server of that name
  static Arguments of(String[] texts) {
    List<Integer> sizes =
        Stream.of(texts)
            .filter(text -> text.matches("[1-9]\\d{0,6}"))
            .map(Integer::valueOf)
            .toList();
    Set<String> servers = new HashSet<>(Arrays.asList(texts));
    servers.removeIf(text -> text.matches("[1-9]\\d{0,6}"));
    Set<String> known = new HashSet<>(Set.of(Gateways.NAME));
    Stream.of(Peer.values()).map(Peer::title).forEach(known::add);
    if (!known.containsAll(servers)) {
      throw new IllegalArgumentException("known servers are " + known);
    }
    return new Arguments(List.copyOf(sizes), Set.copyOf(servers));
  }

  /// The first size.
  int size(int otherwise) {
    return sizes.isEmpty() ? otherwise : sizes.getFirst();
  }

  boolean names(String server) {
    return servers.isEmpty() || servers.contains(server);
  }

  List<Peer> peers() {
    return Stream.of(Peer.values()).filter(peer -> names(peer.title())).toList();
  }
}
