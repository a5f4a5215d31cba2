-- Authorities that vouch for a tenant's devices. Those of the product have a private key, encrypted
-- with the master key; a foreign one counts from `verified_at` on, and has a challenge until then.
-- Before that, several tenants may have asked for one and the same.
create table certificate_authority (
  tenant text collate "C" not null references tenant (id),
  fingerprint text collate "C" not null,
  kind text not null check (kind in ('OWN', 'FOREIGN')),
  subject text not null,
  certificate text not null,
  key_sha256 text not null,
  private_key bytea,
  challenge text,
  challenge_expires_at timestamptz,
  not_before timestamptz not null,
  not_after timestamptz not null,
  created_at timestamptz not null,
  verified_at timestamptz,
  primary key (tenant, fingerprint)
);
create index certificate_authority_key on certificate_authority (key_sha256)
  where verified_at is not null;

-- Certificates that were issued, until they run out. A row outlives its device, since it says what
-- is revoked; those of a device that was are known by their generation.
create table certificate (
  fingerprint text collate "C" primary key,
  tenant text collate "C" not null references tenant (id),
  device_id text collate "C" not null,
  authority text collate "C" not null,
  serial text not null,
  generation bigint not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index certificate_device on certificate (tenant, device_id, fingerprint);
create index certificate_end on certificate (not_after);

-- Devices that are shut out. A row may outlive its device: a certificate of a foreign authority has
-- no generation that could be revoked with it.
create table device_block (
  tenant text collate "C" not null references tenant (id),
  device_id text collate "C" not null,
  primary key (tenant, device_id)
);
