package dev.fairlead.command.submission;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.command.dispatch.CommandDispatcher;
import dev.fairlead.command.dispatch.CommandSender;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.limit.CommandPace;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.command.submission.Submission.Accepted;
import dev.fairlead.command.waiting.PgNotices;
import io.vertx.core.Future;
import java.util.List;

/// What comes before a submission, and after its commit.
public final class Submitter {

  private final CommandPace pace;
  private final CommandSender sender;
  private final CommandDispatcher dispatcher;
  private final PgNotices notices;

  /// @param pace how many commands tenants may send
  public Submitter(
      CommandPace pace, CommandSender sender, CommandDispatcher dispatcher, PgNotices notices) {
    this.pace = pace;
    this.sender = sender;
    this.dispatcher = dispatcher;
    this.notices = notices;
  }

  /// Takes note of commands.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `too-many-requests` where the tenant has
  ///     sent more than it may
  public void takeNote(TenantId tenant, int commands) {
    pace.take(tenant, commands)
        .ifPresent(
            again -> {
              throw CommandProblems.tooFast(again);
            });
  }

  /// Sends what can be sent now. The sending is not waited for: the lease brings back what does not
  /// arrive.
  public void accepted(List<Accepted> accepted) {
    List<CommandId> superseded =
        accepted.stream().flatMap(each -> each.superseded().stream()).toList();
    if (!superseded.isEmpty()) {
      notices.ended(superseded);
    }
    Future<?> _ = sender.send(accepted.stream().flatMap(each -> each.delivery().stream()).toList());
    if (accepted.stream().anyMatch(each -> each.delivery().isEmpty())) {
      dispatcher.poke();
    }
  }
}
