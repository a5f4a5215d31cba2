package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.credential.DeviceTokens;
import java.util.Optional;

/// What came of the request of a device that was not refused.
sealed interface Enrolled {

  DeviceKey device();

  /// The device was made, and is to be given its token.
  ///
  /// @param generation of its credentials
  /// @param token that is to be made; the same each time that it is handed out
  /// @param outboxId the place in the outbox of what was said last
  record Accepted(DeviceKey device, long generation, DeviceTokens.Plan token, long outboxId)
      implements Enrolled {}

  /// A person has to decide.
  ///
  /// @param id of the enrolment
  /// @param secret by which to claim; there in the first answer alone
  record Pending(DeviceKey device, String id, Optional<EnrolmentSecret> secret)
      implements Enrolled {}
}
