select person_id, class, suite, wrapped, erased_on
  from app_data_keys
 where wrapped is not null and (person_id, class) > ($1, $2)
 order by person_id, class
 limit $3
