insert into app_nights (night, began_at, ended_at, found)
values ($1, $2, $3, $4::text::json)
    on conflict (night) do nothing
