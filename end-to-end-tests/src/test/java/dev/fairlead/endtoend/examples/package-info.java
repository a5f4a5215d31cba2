/// Executes what the contracts of the services show: each example is a request to the running
/// system, whose answer is compared with the one that the contract tells.
@NullMarked
package dev.fairlead.endtoend.examples;

import org.jspecify.annotations.NullMarked;
