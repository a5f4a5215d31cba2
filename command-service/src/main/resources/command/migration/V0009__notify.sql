-- Whether the end of a command is told on fairlead.commands; who made those that are there was never asked.
alter table command add column notify boolean not null default false;
