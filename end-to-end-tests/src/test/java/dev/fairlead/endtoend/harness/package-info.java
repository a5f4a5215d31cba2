/// What tests of the whole system, and benchmarks of it, are made with: processes of the services
/// and of the whole product, a client of the interface, and a device.
@NullMarked
package dev.fairlead.endtoend.harness;

import org.jspecify.annotations.NullMarked;
