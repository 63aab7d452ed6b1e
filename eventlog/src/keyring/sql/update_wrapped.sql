update app_data_keys as kept
   set wrapped = made.wrapped
  from unnest($1::uuid[], $2::text[], $3::bytea[]) as made (person_id, class, wrapped)
 where kept.person_id = made.person_id and kept.class = made.class
