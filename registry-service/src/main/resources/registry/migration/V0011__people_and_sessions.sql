-- People: those who were invited, and those whom the identity provider vouches for. An invitation
-- by e-mail has no subject until its person first signs in. What belongs to a tenant is unique in
-- the tenant only, so that no tenant can find out whom another one knows.
create table person (
  id text collate "C" primary key,
  tenant text collate "C" not null references tenant (id) on delete cascade,
  issuer text collate "C",
  subject text collate "C",
  email text,
  name text not null default '',
  role text not null check (role in ('VIEWER', 'OPERATOR', 'ADMIN', 'PLATFORM')),
  source text not null check (source in ('invited', 'provider')),
  created_at timestamptz not null,
  created_by text not null,
  last_sign_in_at timestamptz,
  check ((issuer is null) = (subject is null)),
  check (subject is not null or email is not null)
);
create index person_tenant on person (tenant, id);
create unique index person_identity on person (issuer, subject, tenant) where subject is not null;
create unique index person_invitation on person (lower(email), tenant) where subject is null;

-- Browsers that have signed in, by the SHA-256 of what their cookie holds: as a person, or with an
-- API key, which is known by its own SHA-256.
create table browser_session (
  sha256 text collate "C" primary key,
  person_id text collate "C" references person (id) on delete cascade,
  api_key_sha256 text collate "C",
  created_at timestamptz not null,
  used_at timestamptz not null,
  expires_at timestamptz not null,
  check ((person_id is null) <> (api_key_sha256 is null))
);
create index browser_session_person on browser_session (person_id, created_at);
create index browser_session_key on browser_session (api_key_sha256, created_at);
