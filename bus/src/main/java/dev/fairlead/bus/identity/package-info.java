/// Who a record is about: tenants, devices, their sessions, gateways and epochs.
@NullMarked
package dev.fairlead.bus.identity;

import org.jspecify.annotations.NullMarked;
