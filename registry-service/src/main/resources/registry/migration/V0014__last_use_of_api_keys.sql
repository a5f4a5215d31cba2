alter table api_key add column last_used_at timestamptz;
