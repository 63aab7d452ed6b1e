copy (select to_jsonb(entry) ->> 'position', entry::text from "{table}" as entry) to stdout
