create table consumer_offset (
  consumer text not null,
  topic text not null,
  partition integer not null,
  topic_id text not null,
  next bigint not null,
  primary key (consumer, topic, partition)
);

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

-- What the tests' consumers write: every effect, so that a second one would be seen.
create table seen (
  partition integer not null,
  record_offset bigint not null,
  key text not null,
  body text not null check (body <> 'refused')
);
