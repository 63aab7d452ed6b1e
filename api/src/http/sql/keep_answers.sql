insert into app_answers (key, sha256, status, body)
select unnest($1::uuid[]), unnest($2::bytea[]), unnest($3::smallint[]), unnest($4::text[])
