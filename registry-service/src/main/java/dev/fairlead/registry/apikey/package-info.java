/// API keys of people and programs: made, listed and taken back over HTTP, told to every process on
/// `fairlead.access`. The secret is shown once and kept nowhere; what is kept is its fingerprint.
@NullMarked
package dev.fairlead.registry.apikey;

import org.jspecify.annotations.NullMarked;
