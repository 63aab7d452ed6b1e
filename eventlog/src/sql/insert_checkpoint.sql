insert into log_checkpoints (suite, size, note)
values ($1, $2, $3)
    on conflict do nothing
