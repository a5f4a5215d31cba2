-- A device flaps when many sessions of it begin within a short time: since then, and until then as
-- far as its sessions tell. `flapping` is what was told to the feed; it is taken back by a sweep, so
-- what holds is that `flapping_until` lies ahead as well.
alter table presence
  add column flapping boolean not null default false,
  add column flapping_since timestamptz,
  add column flapping_until timestamptz,
  add constraint presence_flapping_whole
    check ((flapping_since is null) = (flapping_until is null));
create index presence_flapping on presence (tenant, device_id) where flapping;
create index presence_flapping_until on presence (flapping_until) where flapping;

-- Sessions as short as can be, so that ten of them stay in the row: [id, epoch, gateway, wire, remote
-- address, opened, closed, reason], with times in milliseconds since 1970.
update presence set sessions = (
  select jsonb_agg(
    jsonb_build_array(
      past -> 'session', past -> 'epoch', past -> 'gateway', past -> 'wire',
      past -> 'remoteAddress',
      (extract(epoch from (past ->> 'openedAt')::timestamptz) * 1000)::bigint,
      (extract(epoch from (past ->> 'closedAt')::timestamptz) * 1000)::bigint,
      past -> 'reason')
    order by place)
  from jsonb_array_elements(sessions) with ordinality as each (past, place)
)
where sessions <> '[]';
