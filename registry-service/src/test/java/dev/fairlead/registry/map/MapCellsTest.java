package dev.fairlead.registry.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.registry.map.MapCells.Range;
import dev.fairlead.runtime.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MapCellsTest {

  @ParameterizedTest
  @CsvSource({
    "52.52, 13.405, 10, 550, 335",
    "0, 0, 1, 1, 1",
    "51.5, -0.1, 1, 0, 0",
    "90, -180, 20, 0, 0",
    "-90, 180, 20, 1048575, 1048575",
    "85.06, 179.9999, 3, 7, 0",
    "-85.06, 0, 3, 4, 7"
  })
  void countsCellsAsMapsDo(double latitude, double longitude, int level, int x, int y) {
    assertThat(MapCells.column(longitude, level)).isEqualTo(x);
    assertThat(MapCells.row(latitude, level)).isEqualTo(y);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 14, 22})
  void knowsTheEdgesOfCells(int level) {
    // Given
    int cells = 1 << level;

    // Then
    for (int cell : new int[] {1, cells / 2, cells - 1}) {
      double inside = 1e-9;
      assertThat(MapCells.column(MapCells.west(cell, level) + inside, level)).isEqualTo(cell);
      assertThat(MapCells.column(MapCells.west(cell, level) - inside, level)).isEqualTo(cell - 1);
      assertThat(MapCells.row(MapCells.north(cell, level) - inside, level)).isEqualTo(cell);
      assertThat(MapCells.row(MapCells.north(cell, level) + inside, level)).isEqualTo(cell - 1);
    }
    assertThat(MapCells.north(0, level)).isEqualTo(90);
    assertThat(MapCells.north(cells, level)).isEqualTo(-90);
    assertThat(MapCells.west(cells, level)).isCloseTo(180, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 10, 20})
  void neverHasTooManyCells(int zoom) {
    // When
    MapCells world = MapCells.of(MapBox.WORLD, zoom);
    MapCells strip = MapCells.of(new MapBox(-180, 50, 180, 50.1), zoom);

    // Then
    assertThat(world.count()).isBetween(16L, (long) MapCells.CELLS_MAX);
    assertThat(world.level()).isEqualTo(Math.min(zoom + 2, 5));
    assertThat(strip.count()).isBetween(4L, (long) MapCells.CELLS_MAX);
  }

  @Test
  void goesOverThe180thMeridian() {
    // When
    MapCells cells = MapCells.at(new MapBox(170, -10, -170, 10), 5);

    // Then
    assertThat(cells.columns()).containsExactly(new Range(31, 31), new Range(0, 0));
    assertThat(cells.rows()).isEqualTo(new Range(15, 16));
    assertThat(cells.count()).isEqualTo(4);
  }

  @Test
  void hasAllCellsOnceWhenBothEndsLieInOne() {
    // When
    MapCells round = MapCells.at(new MapBox(10.2, -10, 10.1, 10), 3);
    MapCells within = MapCells.at(new MapBox(10.1, -10, 10.2, 10), 3);

    // Then
    assertThat(round.columns()).containsExactly(new Range(0, 7));
    assertThat(within.columns()).containsExactly(new Range(4, 4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,2,3,4",
        "NaN,2,3,4",
        "-180.1,2,3,4",
        "1,2,180.1,4",
        "1,-90.1,3,4",
        "1,2,3,90.1",
        "1,4,3,2"
      })
  void refusesWhatIsNoBox(String text) {
    assertThatThrownBy(() -> MapBox.parse(text))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("bbox");
  }

  @Test
  void readsABox() {
    assertThat(MapBox.parse("-10.5,-90,1e1,90")).isEqualTo(new MapBox(-10.5, -90, 10, 90));
  }
}
