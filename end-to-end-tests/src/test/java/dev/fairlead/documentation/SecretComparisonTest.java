package dev.fairlead.documentation;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.fairlead.runtime.settings.Secret;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// No method that has a secret in its hands compares texts or bytes in a time that tells where they
/// differ. What this sees is a method that does both itself; [Secret] compares safely, and keys are
/// looked up by their fingerprint.
class SecretComparisonTest {

  private static final Set<String> SECRETS =
      Set.of(
          "dev.fairlead.runtime.settings.Secret.reveal",
          "dev.fairlead.registry.apikey.ApiKeySecret.text",
          "io.vertx.core.http.HttpHeaders.AUTHORIZATION",
          "javax.crypto.Mac.doFinal");

  private static final Set<String> COMPARISONS =
      Set.of(
          "java.lang.String.equals",
          "java.lang.String.equalsIgnoreCase",
          "java.lang.String.contentEquals",
          "java.lang.String.compareTo",
          "java.util.Objects.equals",
          "java.util.Arrays.equals",
          "java.util.Arrays.compare",
          "java.util.Arrays.mismatch");

  private static final ArchRule RULE =
      noMethods()
          .that(describe("have a secret in their hands", method -> touches(method, SECRETS)))
          .should(compare());

  private static boolean touches(JavaMethod method, Set<String> members) {
    return method.getAccessesFromSelf().stream()
        .map(JavaAccess::getTarget)
        .anyMatch(target -> members.contains(target.getOwner().getName() + "." + target.getName()));
  }

  private static ArchCondition<JavaMethod> compare() {
    return new ArchCondition<>("compare") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        boolean compares = touches(method, COMPARISONS);
        events.add(
            new SimpleConditionEvent(
                method, compares, method.getFullName() + (compares ? " compares" : " does not")));
      }
    };
  }

  @Test
  void noSecretIsComparedStepByStep() {
    RULE.check(
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.fairlead"));
  }

  @Test
  void theRuleSeesAComparisonThatLeaks() {
    // When
    var found = RULE.evaluate(new ClassFileImporter().importClasses(Leaky.class));

    // Then
    assertThat(found.getFailureReport().getDetails()).singleElement().asString().contains("opens");
  }

  /// What must not be.
  static final class Leaky {

    private final Secret secret = Secret.of("secret");

    boolean opens(String key) {
      return secret.reveal().equals(key);
    }

    boolean opensSafely(String key) {
      return secret.equals(Secret.of(key));
    }
  }
}
