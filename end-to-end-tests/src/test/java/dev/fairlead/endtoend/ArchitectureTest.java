package dev.fairlead.endtoend;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The whole is tested from outside, as devices, people and operators meet it.
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.OnlyIncludeTests())
          .importPackages("dev.fairlead.endtoend", "dev.fairlead.documentation");

  @Test
  void knowsNothingOfServicesButTheirMains() {
    noClasses()
        .that()
        .resideInAPackage("dev.fairlead.endtoend..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "dev.fairlead.gateway..",
                    "dev.fairlead.registry..",
                    "dev.fairlead.command..",
                    "dev.fairlead.launcher..")
                .and(not(simpleNameEndingWith("Main"))))
        .check(CLASSES);
  }

  /// A thousand agents are had in one process only as objects.
  @Test
  void onlyTheChaosHoldsAgents() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.fairlead.endtoend.chaos..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.fairlead.agent..").and(not(simpleNameEndingWith("Main"))))
        .check(CLASSES);
  }

  @Test
  void harnessKnowsNoTest() {
    noClasses()
        .that()
        .resideInAPackage("dev.fairlead.endtoend.harness..")
        .should()
        .dependOnClassesThat(simpleNameEndingWith("IT").or(simpleNameEndingWith("Test")))
        .check(CLASSES);
  }

  @Test
  void testsOfTheDocumentsNeedNothingRunning() {
    noClasses()
        .that()
        .resideInAPackage("dev.fairlead.documentation..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.fairlead.endtoend..", "dev.fairlead.embedded..")
        .check(CLASSES);
  }

  @Test
  void nothingSleeps() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", Duration.class)
        .check(CLASSES);
  }
}
