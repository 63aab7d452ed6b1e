select sha256, status, body from app_answers where key = $1
