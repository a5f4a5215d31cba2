package dev.fairlead.embedded.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.awaitility.pollinterval.PollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Lets tests look at once for what they wait for, then often, and every 100 ms in the end; of
/// itself Awaitility sleeps 100 ms before it looks for the first time. JUnit finds this by
/// `META-INF/services`, in all modules that have these classes.
public final class QuickPolls implements BeforeAllCallback {

  private static final Duration FIRST = Duration.ofMillis(5);
  private static final Duration LONGEST = Duration.ofMillis(100);
  private static final PollInterval GROWING =
      new IterativePollInterval(last -> min(last.multipliedBy(3).dividedBy(2), LONGEST), FIRST);

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(GROWING);
  }
}
