package dev.fairlead.launcher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.fairlead.launcher");

  @Test
  void hasNoCyclesBetweenFeatures() {
    slices().matching("dev.fairlead.launcher.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void leavesKafkaAndSqlToOthers() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..", "io.vertx.kafka..", "io.vertx.sqlclient..", "java.sql..")
        .check(CLASSES);
  }
}
