package dev.fairlead.registry.enrolment;

import java.util.Optional;

/// What a device says that asks to be enrolled.
///
/// @param key the provisioning key that it presents
/// @param id the id it asks for
/// @param serial a serial number, for people
/// @param secret the claim secret it has chosen; never without `id`
/// @param address where the request came from
record Applicant(
    EnrolmentSecret key,
    Optional<String> id,
    Optional<String> name,
    Optional<String> type,
    Optional<String> serial,
    Optional<EnrolmentSecret> secret,
    String address) {}
