copy app_run_lines (run_id, program, case_id, month, line, account, determination, rule_version, replaces)
from stdin
