-- Lines of payment runs between calculation and release. Not history: the lines can be computed again from the
-- log at the calculation's position, and the event keeps their digest; a run is released only if it agrees.

create table app_run_lines (
    run_id uuid not null,
    line_number bigint not null check (line_number >= 0),
    line json not null,
    primary key (run_id, line_number)
);

comment on table app_run_lines is 'Lines of payment runs, from calculation to release';
comment on column app_run_lines.run_id is 'The payment run';
comment on column app_run_lines.line_number is 'Place in the run, from 0, in the order of the digest';
comment on column app_run_lines.line is 'The line with its sealed account and determination';

create table app_run_notes (
    run_id uuid not null,
    note_number bigint not null check (note_number >= 0),
    note json not null,
    primary key (run_id, note_number)
);

comment on table app_run_notes is 'What a calculation could not pay, and what was paid too much, from calculation to release';
comment on column app_run_notes.run_id is 'The payment run';
comment on column app_run_notes.note_number is 'Place in the list, from 0';
comment on column app_run_notes.note is 'An exception or an overpayment';

grant select, insert, delete on app_run_lines, app_run_notes to ledger_service;
