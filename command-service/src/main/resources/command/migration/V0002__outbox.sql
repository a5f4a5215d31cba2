create table outbox (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  key text not null,
  partition_key text,
  partition integer,
  headers jsonb not null,
  value bytea
);
create index outbox_order on outbox (xid, id);
