/// Webhooks: changes sent to programs elsewhere over HTTP, signed as Standard Webhooks, in order
/// for each, again and again until they are taken or given up.
@NullMarked
package dev.fairlead.registry.webhook;

import org.jspecify.annotations.NullMarked;
