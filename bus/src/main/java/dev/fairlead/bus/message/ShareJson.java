package dev.fairlead.bus.message;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.message.GatewayMessage.Share;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import dev.fairlead.bus.message.GatewayMessage.TenantUse;
import dev.fairlead.bus.message.GatewayMessage.Use;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Use and shares of limits as JSON. Limits that this version does not know are left out.
final class ShareJson {

  private ShareJson() {}

  record UseDocument(String tenant, String limit, double used, boolean wanting) {}

  record UsesDocument(List<String> keeps, List<UseDocument> uses) {}

  record ShareDocument(String tenant, String limit, double most) {}

  record SharesDocument(List<ShareDocument> shares) {}

  static byte[] write(TenantUse use) {
    return MessageJson.write(
        new UsesDocument(
            use.keeps().stream().map(Limit::word).sorted().toList(),
            use.uses().stream()
                .map(
                    each ->
                        new UseDocument(
                            each.tenant().value(),
                            each.limit().word(),
                            each.used(),
                            each.wanting()))
                .toList()));
  }

  static byte[] write(TenantShares shares) {
    return MessageJson.write(
        new SharesDocument(
            shares.shares().stream()
                .map(
                    each ->
                        new ShareDocument(each.tenant().value(), each.limit().word(), each.most()))
                .toList()));
  }

  static TenantUse use(String process, ReceivedRecord record) {
    UsesDocument document = MessageJson.read(record, UsesDocument.class);
    return new TenantUse(
        process,
        document.keeps().stream().flatMap(ShareJson::limit).collect(Collectors.toSet()),
        document.uses().stream().flatMap(ShareJson::use).toList());
  }

  private static Stream<Use> use(UseDocument document) {
    return limit(document.limit())
        .map(
            limit ->
                new Use(
                    new TenantId(document.tenant()), limit, document.used(), document.wanting()));
  }

  static TenantShares shares(String process, ReceivedRecord record) {
    return new TenantShares(
        process,
        MessageJson.read(record, SharesDocument.class).shares().stream()
            .flatMap(
                each ->
                    limit(each.limit())
                        .map(limit -> new Share(new TenantId(each.tenant()), limit, each.most())))
            .toList());
  }

  private static Stream<Limit> limit(String word) {
    return Optional.of(word).flatMap(Limit::of).stream();
  }
}
