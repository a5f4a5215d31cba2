-- The database never looks into the last sessions, and need not take them apart each time a device
-- comes or goes.
alter table presence
  alter column sessions drop default,
  alter column sessions type text using sessions::text,
  alter column sessions set default '[]';
