/// How unknown devices become known: provisioning keys, by which a device may ask; the enrolments
/// that come of it, accepted by rule or by a person; and the token that is fetched in the end.
/// Secrets are shown once and kept as their fingerprints.
@NullMarked
package dev.fairlead.registry.enrolment;

import org.jspecify.annotations.NullMarked;
