select to_json(years) from read_book_years as years order by position
