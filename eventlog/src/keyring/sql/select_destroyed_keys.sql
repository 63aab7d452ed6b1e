select person_id, class from app_data_keys where person_id = any ($1) and erased_on is not null
