select name, version, position from read_positions where name = any ($1) order by name for update
