insert into app_data_keys (person_id, class, suite, wrapped)
select made.person_id, made.class, $1, made.wrapped
  from unnest($2::uuid[], $3::text[], $4::bytea[]) as made (person_id, class, wrapped)
 where exists (select from app_keyring where generation = $5)
on conflict do nothing
