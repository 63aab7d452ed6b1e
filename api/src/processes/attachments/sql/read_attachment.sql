select sealed from app_attachments where sealed_sha256 = $1
