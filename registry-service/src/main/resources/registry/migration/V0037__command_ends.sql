-- The ends of commands that the feed was told of: a record of fairlead.commands may come twice, as
-- another record. Kept for longer than the topic keeps records.
create table command_end (
  id uuid primary key,
  told_at timestamptz not null
);
create index command_end_age on command_end (told_at);
