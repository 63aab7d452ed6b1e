insert into app_keyring (suite, wrapped_index_key) values ($1, $2) on conflict do nothing
