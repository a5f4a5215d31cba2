/// What the integration tests share: services over real servers, with gateways and devices played
/// by raw records.
@NullMarked
package dev.fairlead.command.testing;

import org.jspecify.annotations.NullMarked;
