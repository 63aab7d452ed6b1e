select to_json(accounts) from read_book_accounts as accounts order by account
