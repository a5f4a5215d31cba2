-- The words by which people look for a device: those of its id, its name, its type and its tags. What
-- is no letter and no digit stands between words.
alter table device add column words tsvector not null generated always as (
  to_tsvector(
    'simple'::regconfig,
    regexp_replace(id || ' ' || coalesce(name, '') || ' ' || coalesce(type, ''), '[^[:alnum:]]+', ' ', 'g'))
  || to_tsvector(
    'simple'::regconfig, regexp_replace(tags::text, '[^[:alnum:]]+', ' ', 'g'))
) stored;
create index device_words on device using gin (words);
