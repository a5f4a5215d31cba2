-- What the device said last of how far a command is.
alter table command
  add column progress_at timestamptz,
  add column progress_content_type text,
  add column progress_body bytea;
