-- By what the sender knows the command again; nothing is done by it.
alter table command add column correlation text collate "C";
