-- A group with a filter has the devices that meet it; one without has those that were put into it.
create table device_group (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  id text collate "C" not null,
  name text not null,
  filter text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, id)
);
create table device_group_member (
  tenant text collate "C" not null,
  group_id text collate "C" not null,
  device_id text collate "C" not null,
  primary key (tenant, group_id, device_id),
  foreign key (tenant, group_id) references device_group (tenant, id) on delete cascade,
  foreign key (tenant, device_id) references device (tenant, id) on delete cascade
);
create index device_group_member_device on device_group_member (tenant, device_id);

-- The group whose devices a key is for.
alter table api_key add column group_id text collate "C";
alter table api_key
  add constraint api_key_group_fkey foreign key (tenant, group_id) references device_group (tenant, id);

-- Ways to devices by what they report, by their alerts and by where they stand.
create index reported_document on reported using gin (document jsonb_path_ops);
create index alert_code on alert (tenant, code, device_id);
alter table device
  add column latitude double precision check (latitude between -90 and 90),
  add column longitude double precision check (longitude between -180 and 180),
  add constraint device_place_whole check ((latitude is null) = (longitude is null));
create index device_place on device using gist (point(longitude, latitude))
  where latitude is not null;
