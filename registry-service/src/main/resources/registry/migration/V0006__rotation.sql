-- A key is published for a while before it signs.
alter table signing_key add column signs_from timestamptz;
update signing_key set signs_from = created_at;
alter table signing_key alter column signs_from set not null;

-- Of the token that the device used last, or was given last: the key that signed it and when it runs
-- out. A generation that was offered over the live connection counts once the device has used it.
alter table credential
  add column key_id text,
  add column token_expires_at timestamptz,
  add column pending_generation bigint,
  add column offered_at timestamptz;
create index credential_key on credential (key_id, tenant, device_id);
