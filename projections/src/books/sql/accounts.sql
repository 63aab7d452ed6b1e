select to_json(account) from read_book_accounts as account order by account
