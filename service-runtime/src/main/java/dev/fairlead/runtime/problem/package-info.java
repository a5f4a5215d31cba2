/// The errors of the HTTP interfaces: one catalogue of problem types, their form after RFC 9457,
/// and the one place where a failure becomes an answer.
@NullMarked
package dev.fairlead.runtime.problem;

import org.jspecify.annotations.NullMarked;
