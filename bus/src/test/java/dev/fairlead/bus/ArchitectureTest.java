package dev.fairlead.bus;

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
          .importPackages("dev.fairlead.bus");

  @Test
  void hasNoCyclesBetweenFeatures() {
    slices().matching("dev.fairlead.bus.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void touchesSqlInPgClassesAlone() {
    noClasses()
        .that()
        .haveSimpleNameNotStartingWith("Pg")
        .and()
        .areTopLevelClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient..", "java.sql..")
        .check(CLASSES);
  }

  @Test
  void keepsKafkaOutOfWhatServicesSay() {
    noClasses()
        .that()
        .resideInAnyPackage("..identity..", "..message..", "..access..", "..postgres..", "..feed..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "io.vertx.kafka..")
        .check(CLASSES);
  }

  @Test
  void neverWaits() {
    noClasses().should().callMethod(io.vertx.core.Future.class, "await").check(CLASSES);
  }
}
