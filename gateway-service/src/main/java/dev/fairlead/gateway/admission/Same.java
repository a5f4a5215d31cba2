package dev.fairlead.gateway.admission;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// Gives the same object for equal ones, so that what very many sessions have in common is there
/// once, or a few times where two that differ share a place and take it from one another. Safe for
/// all threads.
///
/// @param <T> what cannot be changed
final class Same<T> {

  private static final int PLACES = 1 << 12;

  private final AtomicReferenceArray<T> known = new AtomicReferenceArray<>(PLACES);

  /// One that is equal, the same as the last time unless another took its place since.
  T same(T one) {
    int place = one.hashCode() & (PLACES - 1);
    T before = known.get(place);
    if (one.equals(before)) {
      return before;
    }
    known.set(place, one);
    return one;
  }
}
