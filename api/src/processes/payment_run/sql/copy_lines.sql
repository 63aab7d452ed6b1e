copy app_run_lines (run_id, line_number, case_id, line) from stdin
