-- Where statistics say that nothing is unfinished, or that no device is there, the database took the indexes of times for as good as those of
-- devices, and read all of one for each device. The second condition is always met; it is there for none to lead to them but who asks for it.
drop index command_expiring;
create index command_expiring on command (deadline) where final_at is null and deadline > '-infinity';

drop index device_queue_due;
create index device_queue_due on device_queue (due_at) where session_id is not null and due_at > '-infinity';
