package dev.fairlead.runtime.problem;

import java.net.URI;

/// Every kind of error that an HTTP interface of Fairlead answers. Each has a page,
/// `docs/problems/<slug>.md`.
public enum ProblemType {
  BAD_REQUEST("bad-request", "The request is not right", 400),
  VALIDATION_FAILED("validation-failed", "The request does not match the contract", 400),
  MALFORMED_JSON("malformed-json", "The body is not JSON", 400),
  BAD_CURSOR("bad-cursor", "The cursor is not one of ours", 400),
  UNSUPPORTED_SUBPROTOCOL(
      "unsupported-subprotocol", "None of the offered subprotocols is known", 400),
  BAD_CERTIFICATE("bad-certificate", "The certificate or the request for one is not right", 400),
  UNAUTHORIZED("unauthorized", "A valid key is needed", 401),
  FORBIDDEN("forbidden", "The key does not allow this", 403),
  ENROLMENT_REFUSED("enrolment-refused", "The device may not enrol", 403),
  CSRF_REFUSED("csrf-refused", "The request does not come from a page of ours", 403),
  SIGN_IN_REFUSED("sign-in-refused", "You have no access here", 403),
  SIGN_IN_FAILED("sign-in-failed", "The sign-in did not come to its end", 400),
  NOT_FOUND("not-found", "There is nothing here", 404),
  DEVICE_NOT_FOUND("device-not-found", "There is no such device", 404),
  TENANT_NOT_FOUND("tenant-not-found", "There is no such tenant", 404),
  API_KEY_NOT_FOUND("api-key-not-found", "There is no such API key", 404),
  GROUP_NOT_FOUND("group-not-found", "There is no such group", 404),
  ALERT_NOT_FOUND("alert-not-found", "There is no such alert", 404),
  KNOWLEDGE_NOT_FOUND("knowledge-not-found", "Nothing is known about this code", 404),
  DEVICE_TYPE_NOT_FOUND("device-type-not-found", "There is no such device type", 404),
  RULE_NOT_FOUND("rule-not-found", "There is no such rule", 404),
  PROVISIONING_KEY_NOT_FOUND(
      "provisioning-key-not-found", "There is no such provisioning key", 404),
  ENROLMENT_NOT_FOUND("enrolment-not-found", "There is no such enrolment", 404),
  CERTIFICATE_NOT_FOUND("certificate-not-found", "There is no such certificate", 404),
  CERTIFICATE_AUTHORITY_NOT_FOUND(
      "certificate-authority-not-found", "There is no such certificate authority", 404),
  SIGNING_KEY_NOT_FOUND("signing-key-not-found", "There is no such signing key", 404),
  PERSON_NOT_FOUND("person-not-found", "There is no such person", 404),
  SIGN_IN_NOT_SET_UP("sign-in-not-set-up", "There is no identity provider here", 404),
  WEBHOOK_NOT_FOUND("webhook-not-found", "There is no such webhook", 404),
  DELIVERY_NOT_FOUND("delivery-not-found", "There is no such delivery", 404),
  BULK_JOB_NOT_FOUND("bulk-job-not-found", "There is no such job", 404),
  COMMAND_NOT_FOUND("command-not-found", "There is no such command", 404),
  DOOR_NOT_BUILT("door-not-built", "This part of Fairlead does not exist yet", 404),
  METHOD_NOT_ALLOWED("method-not-allowed", "The resource does not know this method", 405),
  DEVICE_EXISTS("device-exists", "A device with this id exists", 409),
  SUB_DEVICE("sub-device", "Another device connects for this one", 409),
  HAS_SUB_DEVICES("has-sub-devices", "The device has sub-devices", 409),
  ENROLMENT_PENDING("enrolment-pending", "An enrolment of this device waits already", 409),
  ENROLMENT_FINAL("enrolment-final", "The enrolment has been decided", 409),
  DEVICE_OFFLINE("device-offline", "The device has no connection that can be used for this", 409),
  SIGNING_KEY_IN_USE("signing-key-in-use", "The key signs tokens", 409),
  GROUP_EXISTS("group-exists", "A group with this id exists", 409),
  GROUP_IN_USE("group-in-use", "The group is still in use", 409),
  ALERT_CLOSED("alert-closed", "The alert has been closed", 409),
  TENANT_EXISTS("tenant-exists", "A tenant with this id exists", 409),
  TENANT_NOT_EMPTY("tenant-not-empty", "The tenant still has devices", 409),
  CERTIFICATE_AUTHORITY_EXISTS(
      "certificate-authority-exists", "The certificate authority is in use already", 409),
  PERSON_EXISTS("person-exists", "The person is known here already", 409),
  PERSON_FROM_PROVIDER("person-from-provider", "The provider decides about this person", 409),
  QUOTA_EXCEEDED("quota-exceeded", "A limit is reached", 409),
  BULK_JOB_FINAL("bulk-job-final", "The job has come to its end", 409),
  OFFSET_MISMATCH("offset-mismatch", "The upload goes on at another place", 409),
  IDEMPOTENCY_CONFLICT("idempotency-conflict", "The key stands for another request", 409),
  COMMAND_FINAL("command-final", "The command has come to its end", 409),
  CURSOR_EXPIRED("cursor-expired", "The cursor is too old", 410),
  DAY_EXPIRED("day-expired", "The day is not kept any more", 410),
  VERSION_CONFLICT("version-conflict", "The resource has changed in the meantime", 412),
  PAYLOAD_TOO_LARGE("payload-too-large", "The body is too large", 413),
  UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", "The media type is not understood", 415),
  FILTER_TOO_SLOW("filter-too-slow", "The filter takes too long", 422),
  SCHEMA_VIOLATION("schema-violation", "The document breaks the schema of the device's type", 422),
  TOO_MANY_REQUESTS("too-many-requests", "Too many requests", 429),
  INTERNAL("internal", "Something went wrong on our side", 500),
  UNAVAILABLE("unavailable", "Not possible at the moment", 503),
  DRAINING("draining", "This process is going away", 503),
  STARTING("starting", "This process is not ready yet", 503);

  private static final String BASE = "https://fairlead.dev/problems/";

  private final String slug;
  private final String title;
  private final int status;

  ProblemType(String slug, String title, int status) {
    this.slug = slug;
    this.title = title;
    this.status = status;
  }

  /// The last part of the URI and the name of the page.
  public String slug() {
    return slug;
  }

  /// What went wrong, the same for every problem of the type.
  public String title() {
    return title;
  }

  /// The HTTP status that goes with it.
  public int status() {
    return status;
  }

  /// The `type` member of the document.
  public URI uri() {
    return URI.create(BASE + slug);
  }
}
