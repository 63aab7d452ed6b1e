select person_id, class, suite, wrapped, erased_on from app_data_keys where person_id = any ($1)
