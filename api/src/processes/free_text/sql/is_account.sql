select exists (select from read_members where account_index = $1)
