package dev.fairlead.runtime.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

  private static String stateOf(String state) {
    return TraceContext.parse(PARENT, state).orElseThrow().state();
  }

  @Test
  void readsTheExampleOfTheStandard() {
    // When
    TraceContext context =
        TraceContext.parse(PARENT, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7").orElseThrow();

    // Then
    assertThat(context)
        .isEqualTo(new TraceContext(TRACE, SPAN, 1, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"));
    assertThat(context.isSampled()).isTrue();
    assertThat(context.traceparent()).isEqualTo(PARENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-" + TRACE + "-" + SPAN + "-01",
        "0g-" + TRACE + "-" + SPAN + "-01",
        "00-" + TRACE + "-" + SPAN + "-01-",
        "00-" + TRACE + "-" + SPAN + "-01-more",
        "00-" + TRACE + "-" + SPAN + "-1",
        "00-" + TRACE + "-" + SPAN,
        "00-" + TRACE + "-" + SPAN + "-0x",
        "00-" + TRACE + "-" + SPAN + "-+1",
        "00-" + TRACE + "_" + SPAN + "-01",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + SPAN + "-01",
        "00-" + TRACE + "-B7AD6B7169203331-01",
        "00-" + TRACE + "-b7ad6b716920333-001",
        "01-" + TRACE + "-" + SPAN + "-01more",
        " 00-" + TRACE + "-" + SPAN + "-01",
        "00-０af7651916cd43dd8448eb211c80319c-" + SPAN + "-01"
      })
  void takesWhatIsMalformedForNothing(String parent) {
    // When
    Optional<TraceContext> context = TraceContext.parse(parent, "");

    // Then
    assertThat(context).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"01-" + TRACE + "-" + SPAN + "-01", "cc-" + TRACE + "-" + SPAN + "-01-x"})
  void readsWhatItKnowsOfALaterVersion(String parent) {
    // When
    TraceContext context = TraceContext.parse(parent, "").orElseThrow();

    // Then
    assertThat(context.traceparent()).isEqualTo(PARENT);
  }

  @Test
  void handsOnTheFlagsThatItKnows() {
    // When
    TraceContext context = TraceContext.parse("00-" + TRACE + "-" + SPAN + "-fe", "").orElseThrow();

    // Then
    assertThat(context.isSampled()).isFalse();
    assertThat(context.traceparent()).endsWith("-02");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a=1", "tenant@system=x", "1tenant@system=x y", "a=" + "!", "a*/_-0=~", "a=1,b=2"})
  void handsOnAState(String state) {
    // When
    String handedOn = stateOf(state);

    // Then
    assertThat(handedOn).isEqualTo(state);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a=", "=1", "A=1", "1a=1", "a=1=2", "a=1,a=2", "a@=1", "@b=1", "a=ä", "a =1"})
  void dropsAStateThatIsMalformedAndKeepsTheTrace(String state) {
    // When
    String handedOn = stateOf(state);

    // Then
    assertThat(handedOn).isEmpty();
  }

  @Test
  void leavesOutSpaceAndWhatIsEmptyInAState() {
    // When
    String handedOn = stateOf(" a=1 ,, \tb=2,");

    // Then
    assertThat(handedOn).isEqualTo("a=1,b=2");
  }

  @Test
  void takesThirtyTwoMembersAndNotOneMore() {
    // Given
    List<String> members = IntStream.range(0, 33).mapToObj(n -> "k" + n + "=v").toList();

    // When
    String all = stateOf(String.join(",", members.subList(0, 32)));
    String tooMany = stateOf(String.join(",", members));

    // Then
    assertThat(all.split(",", -1)).hasSize(32);
    assertThat(tooMany).isEmpty();
  }

  @Test
  void boundsAStateByLeavingOutMembers() {
    // Given
    String state =
        IntStream.range(0, 5)
            .mapToObj(n -> "k" + n + "=" + "v".repeat(120))
            .collect(Collectors.joining(","));

    // When
    String handedOn = stateOf(state);

    // Then
    assertThat(handedOn).hasSizeLessThanOrEqualTo(TraceState.LENGTH_MAX).startsWith("k0=");
    assertThat(handedOn.split(",", -1)).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=1,b=2 3"})
  void isTheSameAfterItWasKeptInARow(String state) {
    // Given
    TraceContext context = new TraceContext(TRACE, SPAN, 1, state);

    // When
    Optional<TraceContext> read = TraceContext.ofText(context.toText());

    // Then
    assertThat(read).contains(context);
  }
}
