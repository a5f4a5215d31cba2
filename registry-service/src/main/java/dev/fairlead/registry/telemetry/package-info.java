/// What devices measure: the latest value of each kind and a short history, written within a
/// budget of rows, and shown to the rules that raise alerts.
@NullMarked
package dev.fairlead.registry.telemetry;

import org.jspecify.annotations.NullMarked;
