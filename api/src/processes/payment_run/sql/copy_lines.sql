copy app_run_lines (run_id, line_number, line) from stdin
