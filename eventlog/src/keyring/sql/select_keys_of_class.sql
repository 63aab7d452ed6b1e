select data_key.person_id, data_key.class, data_key.suite, data_key.wrapped, data_key.erased_on
  from unnest($1::uuid[]) as wanted (id)
 cross join lateral (
     select * from app_data_keys where person_id = wanted.id and class = $2 offset 0
 ) as data_key
