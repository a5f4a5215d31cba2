package dev.fairlead.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.fairlead.agent");

  @Test
  void featuresFormNoCycles() {
    slices().matching("dev.fairlead.agent.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nothingButTheJdkAndTheProtocolIsUsed() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.fairlead.agent..",
            "dev.fairlead.protocol..",
            "java..",
            "javax.net.ssl..",
            "com.sun.management..",
            "org.jspecify.annotations..")
        .check(CLASSES);
  }
}
