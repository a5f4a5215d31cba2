package dev.fairlead.endtoend.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.endtoend.harness.Authority;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// What examples about certificates can ask for.
final class CertificatePreconditions {

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "a certificate of a device", CertificatePreconditions::certificate,
          "as many certificates as a device may have", CertificatePreconditions::toTheLimit,
          "an authority that is to be proven", CertificatePreconditions::pending,
          "an authority that counts", CertificatePreconditions::active,
          "another tenant with the same authority", CertificatePreconditions::elsewhere,
          "as many authorities as a tenant may bring", CertificatePreconditions::broughtToTheLimit);

  private static final int CERTIFICATES_MAX = 20;
  private static final int AUTHORITIES_MAX = 32;
  private static final String CERTIFICATES = "/api/v1/devices/pump-17/certificates";
  private static final String AUTHORITIES = "/api/v1/certificate-authorities";

  private CertificatePreconditions() {}

  private static void certificate(World world) {
    Preconditions.pump(world);
    issue(world);
  }

  private static void issue(World world) {
    JsonNode issued =
        world.create(
            world.registryPort(), CERTIFICATES, document("csr", Authority.signingRequest()));
    world.named("certificates", issued.path("fingerprint").asText());
  }

  private static void toTheLimit(World world) {
    Preconditions.pump(world);
    IntStream.range(0, CERTIFICATES_MAX).forEach(number -> issue(world));
  }

  private static void pending(World world) {
    JsonNode made = bring(world, world.authority(), world.tenant());
    world.named("certificate-authorities", made.path("fingerprint").asText());
    world.has("authority", world.authority().pem());
    world.has("proof", proof(world.authority(), made));
  }

  private static void active(World world) {
    pending(world);
    verify(
        world,
        world.tenant(),
        world.idBelow("certificate-authorities").orElseThrow(),
        world.real("proof").orElseThrow());
  }

  private static void elsewhere(World world) {
    String other = world.tenant() + "-other";
    world.create(world.registryPort(), "/api/v1/tenants", document("id", other), Map.of());
    JsonNode made = bring(world, world.authority(), other);
    verify(world, other, made.path("fingerprint").asText(), proof(world.authority(), made));
  }

  private static void broughtToTheLimit(World world) {
    IntStream.range(0, AUTHORITIES_MAX)
        .forEach(number -> bring(world, Authority.make(), world.tenant()));
  }

  private static JsonNode bring(World world, Authority authority, String tenant) {
    return world.create(
        world.registryPort(),
        AUTHORITIES,
        document("certificate", authority.pem()),
        Map.of("Fairlead-Tenant", tenant));
  }

  private static String proof(Authority authority, JsonNode made) {
    return authority.certificate(made.path("verification").path("code").asText());
  }

  private static void verify(World world, String tenant, String fingerprint, String proof) {
    world.create(
        world.registryPort(),
        AUTHORITIES + "/" + fingerprint + "/verification",
        document("certificate", proof),
        Map.of("Fairlead-Tenant", tenant));
  }

  private static String document(String member, String text) {
    return JsonNodeFactory.instance.objectNode().put(member, text).toString();
  }
}
