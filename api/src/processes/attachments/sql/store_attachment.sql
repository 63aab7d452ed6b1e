insert into app_attachments (sealed_sha256, sealed) values ($1, $2) on conflict (sealed_sha256) do nothing
