-- At each start the program compares the erasures in the log with the keys that still exist, and whoever decides on
-- erasures asks for the requests. Both are few, the log is long: this index holds only them. It is built once, in one
-- pass over the log, and costs other events nothing.

create index log_events_erasures on log_events (position)
 where event_type in ('ErasureRequested', 'ErasureRejected', 'CaseWorkErased', 'PersonErased');

comment on index log_events_erasures is 'Requests to erase persons and what became of them.';
