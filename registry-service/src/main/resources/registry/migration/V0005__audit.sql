-- Who did what. Entries of a tenant are numbered without a gap and chained: each hash is a keyed one
-- of the hash before and of the entry. Rows are only added, and taken away from the old end.
create table audit (
  tenant text collate "C" not null,
  sequence bigint not null,
  id uuid not null,
  at timestamptz not null,
  actor text not null,
  role text not null,
  action text not null,
  target text not null,
  address text not null,
  outcome text not null,
  service text not null,
  hash bytea not null,
  primary key (tenant, sequence)
);
create unique index audit_id on audit (tenant, id);
create index audit_actor on audit (tenant, actor, sequence);
create index audit_target on audit (tenant, target text_pattern_ops, sequence);

-- Both ends of each tenant's chain, sealed with the same key, so that entries cut off either end are
-- missed.
create table audit_chain (
  tenant text collate "C" primary key,
  first_sequence bigint not null,
  first_previous bytea not null,
  next_sequence bigint not null,
  last_hash bytea not null,
  seal bytea not null
);

-- The key of the chain, encrypted with the master key.
create table audit_key (
  one boolean primary key default true check (one),
  secret bytea not null
);
