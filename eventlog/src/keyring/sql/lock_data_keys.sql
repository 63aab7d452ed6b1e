lock table app_data_keys in exclusive mode
