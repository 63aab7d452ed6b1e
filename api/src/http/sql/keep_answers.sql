insert into app_answers (key, sha256, status, body)
select * from unnest($1::uuid[], $2::bytea[], $3::smallint[], $4::text[])
on conflict (key) do nothing
