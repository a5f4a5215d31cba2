package dev.fairlead.benchmarks;

import java.util.List;
import java.util.Locale;

/// What a million devices are like: numbers and words by which a filter finds few or many of them.
final class MillionDeviceState {

  static final int DEVICES = 1_000_000;

  private MillionDeviceState() {}

  /// The row of a device in CSV.
  static String row(int number) {
    long mixed = number * 2_654_435_761L & 0xffff_ffffL;
    double latitude = -60 + mixed % 13_500 / 100.0 + number % 97 / 10_000.0;
    double longitude = -180 + mixed / 13_500 % 36_000 / 100.0;
    return String.format(
        Locale.ROOT,
        "dev-%07d,Device %d,type-%d,site-%d,line-%d,%.4f,%.4f%n",
        number,
        number,
        number % 20,
        number % 1_000,
        number / 7 % 10,
        latitude,
        longitude);
  }

  /// What devices would have said and done, and what people made: 70 % are online over four
  /// gateways, 2 % of all have an open alert, 1 % a desired document.
  static final List<String> STATEMENTS =
      List.of(
          """
          create temporary view numbered as
            select tenant, id, substr(id, 5)::integer as n,
              -- Numbers that have nothing to do with each other.
              abs(hashint4(substr(id, 5)::integer)::bigint) as a,
              abs(hashint4(substr(id, 5)::integer + 7000000)::bigint) as b,
              abs(hashint4(substr(id, 5)::integer + 17000000)::bigint) as c
            from device where tenant = 'default'
          """,
          """
          update presence set online = true, gateway = 'g-' || b % 4, session = 's-' || n,
            address = '0:g-' || b % 4, wire = 'fairlead.v1.json', since = now(),
            last_seen_at = now() - b % 200 * interval '1 minute',
            epoch_generation = 1, epoch_offset = n, newest_generation = 1, newest_offset = n
          from numbered where presence.tenant = numbered.tenant and device_id = id and a % 10 < 7
          """,
          """
          update presence set alerts_open = 1
          from numbered where presence.tenant = numbered.tenant and device_id = id and b % 50 = 0
          """,
          """
          update reported set version = 1, updated_at = now() - c % 200 * interval '1 minute', changed_at = now(),
            document = jsonb_build_object(
              'firmware', '1.' || c % 50, 'net', jsonb_build_object('ssid', 's' || b % 5000))
          from numbered where reported.tenant = numbered.tenant and device_id = id
          """,
          """
          update telemetry_latest set as_of = now() - a % 200 * interval '1 minute',
            metrics = jsonb_build_object(
              'temperature', jsonb_build_object('value', c % 100, 'at', now()))
          from numbered where telemetry_latest.tenant = numbered.tenant and device_id = id
          """,
          """
          insert into alert
            (tenant, device_id, id, code, severity, text, raised_at, last_raised_at)
          select tenant, id, 'alert-' || n,
            case when b % 10000 = 0 then 'leaking' else 'overheated' end,
            'warning', 'It is so.', now(), now()
          from numbered where b % 50 = 0
          """,
          """
          insert into desired (tenant, device_id, document, version, updated_at, answered_version,
            answered_at, answer)
          select tenant, id, jsonb_build_object('interval', n % 1000 / 10), 1, now(),
            case when n % 1000 > 0 then 1 end, case when n % 1000 > 0 then now() end,
            case when n % 1000 > 0 then 'accepted' end
          from numbered where n % 100 = 0
          """,
          """
          insert into device_group (tenant, id, name, filter, created_at, updated_at) values
            ('default', 'night-shift', 'Night shift', null, now(), now()),
            ('default', 'fleet', 'Fleet', null, now(), now()),
            ('default', 'hot', 'Hot', 'tag.site = site-7 and online', now(), now())
          """,
          """
          insert into device_group_member (tenant, group_id, device_id)
          select tenant, 'night-shift', id from numbered where c % 1000 = 7
          union all
          select tenant, 'fleet', id from numbered where c % 10 = 3
          """,
          """
          insert into device_block (tenant, device_id)
          select tenant, id from numbered where n % 20000 = 0
          """,
          "vacuum analyze",
          // What these statements have changed is on the disk before anything is measured.
          "checkpoint");
}
