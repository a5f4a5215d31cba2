package dev.fairlead.embedded;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses MODULE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.fairlead.embedded");

  @Test
  void usesNothingElseOfOurs() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.fairlead.embedded",
            "java..",
            "kafka.server",
            "org.apache.commons.compress..",
            "org.apache.kafka..",
            "org.jspecify..",
            "org.slf4j..",
            "org.tukaani.xz..")
        .check(MODULE);
  }

  @Test
  void keepsBrokerInternalsBehindOneClass() {
    noClasses()
        .that()
        .doNotHaveSimpleName("EmbeddedKafka")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..")
        .check(MODULE);
  }
}
