"""The areas that exist today, bottom to top. What starts them all reads this list; nothing else names them all."""

AREAS = ("quota", "documents", "access", "idempotency", "outbox", "members", "ledger", "posts")
