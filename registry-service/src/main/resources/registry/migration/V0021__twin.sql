-- How often a reported document has changed, and when it did last. Events that change nothing of it
-- go on setting `updated_at`.
alter table reported
  add column version bigint not null default 0,
  add column changed_at timestamptz;

-- One row for each device that was ever told what to be like. `answered_…` is the device's last
-- answer, `base_…` what it has, as far as that is known; its document is left out where it is the
-- desired one. `sent` tells what was sent and not answered yet, `due_at` when to send again.
create table desired (
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  document jsonb not null default '{}',
  version bigint not null default 0,
  updated_at timestamptz,
  answered_version bigint,
  answered_at timestamptz,
  answer text check (answer in ('accepted', 'rejected')),
  answer_reason text,
  base_version bigint,
  base_document jsonb,
  sent text check (sent in ('patch', 'whole')),
  attempts integer not null default 0,
  due_at timestamptz,
  in_sync boolean not null generated always as (
    version = 0 or coalesce(answered_version = version and answer = 'accepted', false)
  ) stored,
  primary key (tenant, device_id),
  foreign key (tenant, device_id) references device (tenant, id) on delete cascade,
  constraint desired_answer_whole check (
    (answered_version is null) = (answered_at is null) and (answered_at is null) = (answer is null)
  )
);
create index desired_due on desired (due_at) where due_at is not null;
create index desired_out_of_sync on desired (tenant, device_id) where not in_sync;
create index desired_document on desired using gin (document jsonb_path_ops);
