insert into read_openings (person_id, position)
select * from unnest($1::uuid[], $2::bigint[])
    on conflict do nothing
