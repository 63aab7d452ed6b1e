select name, version, position from read_positions order by name for update
