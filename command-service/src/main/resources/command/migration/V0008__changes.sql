-- The steps of commands, in an order that readers can follow: docs/commands.md. A row is read only once no
-- transaction before its own is still running, so that nobody who has read up to it misses one that is committed
-- later. Rows lie in a slot for each day, sixteen of them in turn: old days go with a truncation.
create sequence command_change_id;
create table command_change (
  slot smallint not null
    default (extract(epoch from now())::bigint / 86400 % 16)::smallint,
  xid xid8 not null,            -- the transaction, or that of the command's step before where that is later
  id bigint not null default nextval('command_change_id'),
  tenant text collate "C" not null,
  device_id text not null,
  command_id uuid not null,
  state text collate "C" not null,
  attempt integer not null,
  at timestamptz not null,
  session_id text,
  reason text,
  late boolean not null
) partition by list (slot);
do $$
begin
  for slot in 0..15 loop
    execute format('create table command_change_%s partition of command_change for values in (%s)', slot, slot);
  end loop;
end
$$;
create index command_change_feed on command_change (tenant, xid, id);

-- Up to here rows were taken away.
create table command_change_horizon (
  one boolean primary key default true check (one),
  xid xid8 not null,
  id bigint not null
);
insert into command_change_horizon (xid, id) values ('0', 0);

-- Where the steps of a command are in the order, ascending: by it they are found without an index of their own.
alter table command add column steps xid8[] not null default '{}';
alter table command alter column steps set default array[pg_current_xact_id()];
