update app_keyring
   set wrapped_index_key = $1, generation = generation + 1, rotated_at = clock_timestamp()
 where generation = $2
