-- At each start the program compares the erasures in the log with the keys that still exist. Erasures are few, the log
-- is long: this index holds only them. It is built once, in one pass over the log, and costs other events nothing.

create index log_events_erasures on log_events (position)
 where event_type in ('CaseWorkErased', 'PersonErased');

comment on index log_events_erasures is 'The erasures of persons, to find those whose keys still exist.';
