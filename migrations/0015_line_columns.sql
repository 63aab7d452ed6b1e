-- A line is found by its case, and is kept as the text it is: nobody looks into it while it is written, and what it is made
-- of, ciphertext, does not compress.

alter table app_run_lines
    add column case_id uuid,
    alter column line type text using line::text;

update app_run_lines set case_id = (line::json -> 'order' ->> 'case_id')::uuid;

alter table app_run_lines
    alter column case_id set not null,
    alter column line set storage external;

alter table app_run_lines set (toast_tuple_target = 8160);

create index app_run_lines_case on app_run_lines (case_id, run_id);

comment on column app_run_lines.line is 'The line with its sealed account and determination, as JSON';
comment on column app_run_lines.case_id is 'The case';
