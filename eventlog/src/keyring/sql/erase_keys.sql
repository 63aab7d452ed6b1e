select app_erase_keys($1, $2, $3)
