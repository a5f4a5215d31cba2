/// What this device is to be like: kept in the state directory, acted on, answered and reported
/// back.
@NullMarked
package dev.fairlead.agent.twin;

import org.jspecify.annotations.NullMarked;
