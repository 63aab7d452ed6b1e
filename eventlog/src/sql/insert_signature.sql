insert into log_signatures (suite, size, line)
values ($1, $2, $3)
    on conflict do nothing
