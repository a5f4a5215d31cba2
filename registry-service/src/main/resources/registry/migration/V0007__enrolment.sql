-- Keys by which unknown devices ask to be made one of the tenant's, by their fingerprint.
create table provisioning_key (
  id text collate "C" primary key,
  sha256 text not null unique,
  tenant text collate "C" not null references tenant (id) on delete cascade,
  name text not null,
  prefix text not null,
  accept text not null check (accept in ('always', 'by-hand', 'by-rule')),
  rule jsonb,
  type text,
  tags jsonb not null default '{}',
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  uses_max integer,
  uses integer not null default 0,
  last_used_at timestamptz,
  check (uses_max is null or uses <= uses_max)
);
create index provisioning_key_tenant on provisioning_key (tenant, id);

-- What devices asked. An enrolment outlives its key. Past `expires_at` a row counts as gone; it is
-- removed from time to time. `generation` is that of the credentials of the very device that was
-- made: one that is made later under the same id has a higher one, and is none of this enrolment's.
create table enrolment (
  id text collate "C" primary key,
  tenant text collate "C" not null references tenant (id) on delete cascade,
  device_id text collate "C" not null,
  provisioning_key text not null,
  claim_sha256 text not null,
  state text not null check (state in ('pending', 'accepted', 'rejected')),
  name text,
  type text,
  tags jsonb not null default '{}',
  serial text,
  address text not null,
  requested_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  claimed_at timestamptz,
  generation bigint,
  expires_at timestamptz not null,
  check ((state = 'accepted') = (generation is not null))
);
create unique index enrolment_pending on enrolment (tenant, device_id) where state = 'pending';
create index enrolment_claim on enrolment (tenant, device_id, claim_sha256);
create index enrolment_list on enrolment (tenant, state, requested_at, id);
create index enrolment_expired on enrolment (expires_at);
