insert into app_webhook_dead (webhook_id, position, tries, failure)
values ($1, $2, $3, $4)
    on conflict (webhook_id, position) do nothing
