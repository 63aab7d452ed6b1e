select exists (select from unnest($1::text[]) as name where to_regclass(name) is null)
