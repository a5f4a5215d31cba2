/// The contracts of all services as one page for people, made of static files that lie in the jars.
@NullMarked
package dev.fairlead.registry.contractpage;

import org.jspecify.annotations.NullMarked;
