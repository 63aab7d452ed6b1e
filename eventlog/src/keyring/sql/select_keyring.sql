select suite, generation, wrapped_index_key from app_keyring
