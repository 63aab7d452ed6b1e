copy (select row_to_json(entry) from "{table}" as entry) to stdout
