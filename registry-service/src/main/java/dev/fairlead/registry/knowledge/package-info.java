/// What a tenant knows about the codes of alerts: what they mean, and what helps.
@NullMarked
package dev.fairlead.registry.knowledge;

import org.jspecify.annotations.NullMarked;
