package dev.fairlead.registry.enrolment;

import java.time.Instant;
import java.util.Optional;

/// An enrolment as the API shows it to people.
///
/// @param deviceId the id that the device has or is to have
/// @param state `pending`, `accepted` or `rejected`
/// @param provisioningKey the id of the key that was presented
/// @param address where the request came from
/// @param decidedBy the id of the key or person; that of the provisioning key if nobody was asked
/// @param claimedAt when the token was first handed out
/// @param expiresAt when this is forgotten
record EnrolmentDocument(
    String id,
    String deviceId,
    Optional<String> name,
    Optional<String> type,
    Optional<String> serial,
    String state,
    String provisioningKey,
    String address,
    Instant requestedAt,
    Optional<Instant> decidedAt,
    Optional<String> decidedBy,
    Optional<Instant> claimedAt,
    Instant expiresAt) {}
