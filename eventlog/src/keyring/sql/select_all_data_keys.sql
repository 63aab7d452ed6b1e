select person_id, class, suite, wrapped, erased_on from app_data_keys
