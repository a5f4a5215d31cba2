package dev.fairlead.documentation;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.fairlead.runtime.settings.Secret;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// No method that has a secret in its hands compares texts or bytes in a time that tells where they
/// differ. What this sees is a method that does both itself; [Secret] compares safely, and keys are
/// looked up by their fingerprint.
class SecretComparisonTest {

  /// Names under which our records and classes hand out the text of a secret.
  private static final Set<String> NAMES = Set.of("reveal", "secret", "token", "csrfToken");

  /// What a message of the bus carries: there is nothing to compare it with, and what stands beside
  /// it tells messages apart.
  private static final Set<String> CARRIED =
      Set.of(
          "dev.fairlead.bus.message.InboxMessage$Credential.token",
          "dev.fairlead.bus.message.InboxMessage$CredentialDocument.token");

  /// What hands out a secret under another name.
  private static final Set<String> SECRETS =
      Set.of(
          "dev.fairlead.registry.apikey.ApiKeySecret.text",
          "dev.fairlead.registry.webhook.WebhookSecret.text",
          "dev.fairlead.registry.apikey.ApiKeyDocument$Created.key",
          "dev.fairlead.registry.enrolment.EnrolmentSecret.text",
          "dev.fairlead.registry.enrolment.EnrolmentRoutes$NewEnrolment.key",
          "dev.fairlead.registry.enrolment.ProvisioningKeyDocument$Created.key",
          "dev.fairlead.registry.signin.SignInRoutes$KeySignIn.key",
          "dev.fairlead.registry.signin.Attempt.cookie",
          "dev.fairlead.registry.signin.Attempt.state",
          "dev.fairlead.registry.signin.Attempt.nonce",
          "dev.fairlead.runtime.http.ApiRequest.cookie",
          "dev.fairlead.runtime.http.Callers.takeKey",
          "io.vertx.core.http.Cookie.getValue",
          "io.vertx.core.http.HttpHeaders.AUTHORIZATION",
          "javax.crypto.Mac.doFinal");

  private static final Set<String> COMPARISONS =
      Set.of(
          "java.lang.String.equals",
          "java.lang.String.equalsIgnoreCase",
          "java.lang.String.contentEquals",
          "java.lang.String.compareTo",
          "java.lang.String.compareToIgnoreCase",
          "java.util.Objects.equals",
          "java.util.Optional.equals",
          "java.util.Arrays.equals",
          "java.util.Arrays.compare",
          "java.util.Arrays.mismatch",
          "java.nio.ByteBuffer.equals",
          "io.vertx.core.buffer.Buffer.equals");

  private static final DescribedPredicate<AccessTarget> SECRET =
      describe(
          "hand out a secret",
          target -> SECRETS.contains(nameOf(target)) || isSecretByName(target));

  private static final ArchRule RULE =
      noMethods()
          .that(describe("have a secret in their hands", method -> touches(method, SECRET)))
          .should(compare());

  /// A record compares its components as they are.
  private static final ArchRule NO_RECORDS =
      noClasses()
          .should()
          .callMethodWhere(
              describe(
                  "compares secrets as records do",
                  call ->
                      call.getName().equals("equals")
                          && isSecret(call.getTargetOwner())
                          && !call.getTargetOwner().isEquivalentTo(Secret.class)));

  private static boolean isSecret(JavaClass type) {
    return type.getSimpleName().endsWith("Secret");
  }

  private static boolean isSecretByName(AccessTarget target) {
    return target instanceof AccessTarget.MethodCallTarget method
        && method.getRawParameterTypes().isEmpty()
        && target.getOwner().getPackageName().startsWith("dev.fairlead")
        && NAMES.contains(target.getName())
        && !CARRIED.contains(nameOf(target));
  }

  private static String nameOf(AccessTarget target) {
    return target.getOwner().getName() + "." + target.getName();
  }

  private static boolean touches(JavaMethod method, Predicate<AccessTarget> members) {
    return method.getAccessesFromSelf().stream().map(JavaAccess::getTarget).anyMatch(members);
  }

  private static ArchCondition<JavaMethod> compare() {
    return new ArchCondition<>("compare") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        boolean compares = touches(method, target -> COMPARISONS.contains(nameOf(target)));
        events.add(
            new SimpleConditionEvent(
                method, compares, method.getFullName() + (compares ? " compares" : " does not")));
      }
    };
  }

  private static JavaClasses ours() {
    return new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages("dev.fairlead");
  }

  @Test
  void noSecretIsComparedStepByStep() {
    // Given
    JavaClasses ours = ours();

    // Then
    RULE.check(ours);
    NO_RECORDS.check(ours);
  }

  @Test
  void theRuleKnowsEveryClassOfSecretsAndNothingThatIsNotThere() {
    // When
    JavaClasses ours = ours();

    // Then
    assertThat(
            SECRETS.stream()
                .filter(name -> name.startsWith("dev.fairlead"))
                .filter(name -> !isThere(ours, name)))
        .isEmpty();
    assertThat(
            ours.stream()
                .filter(SecretComparisonTest::isSecret)
                .filter(type -> !type.isEquivalentTo(Secret.class))
                .map(type -> type.getName() + ".text"))
        .isNotEmpty()
        .isSubsetOf(SECRETS);
  }

  private static boolean isThere(JavaClasses classes, String name) {
    int end = name.lastIndexOf('.');
    String owner = name.substring(0, end);
    return classes.contain(owner)
        && classes.get(owner).getMethods().stream()
            .anyMatch(method -> method.getName().equals(name.substring(end + 1)));
  }

  @Test
  void theRuleSeesAComparisonThatLeaks() {
    // When
    var found = RULE.evaluate(new ClassFileImporter().importClasses(Leaky.class));

    // Then
    assertThat(found.getFailureReport().getDetails())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("opens("),
            line -> assertThat(line).contains("claims("));
  }

  /// What must not be.
  static final class Leaky {

    private final Secret secret = Secret.of("secret");

    boolean opens(String key) {
      return secret.reveal().equals(key);
    }

    /// What a device says.
    record Claim(String secret) {}

    boolean claims(Claim claim) {
      return Objects.equals(claim.secret(), "right");
    }

    boolean opensSafely(String key) {
      return secret.equals(Secret.of(key));
    }
  }
}
