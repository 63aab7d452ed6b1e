with lines as (
    delete from log_signatures where suite = $1 and size > $3 returning size, line, added_at
), heads as (
    delete from log_checkpoints where suite = $1 and size > $3 returning size, note, signed_at
), aside as (
    insert into log_checkpoints (suite, size, note, signed_at)
    select $2, size, note, signed_at from heads
)
insert into log_signatures (suite, size, line, added_at)
select $2, size, line, added_at from lines
