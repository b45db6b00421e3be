"""The areas that exist today, bottom to top: each may use those before it. Nothing else names them all."""

AREAS = (
    "quota",
    "documents",
    "access",
    "idempotency",
    "outbox",
    "members",
    "ledger",
    "tiers",
    "engagement",
    "entitlements",
    "orders",
    "content",
    "posts",
    "referrals",
    "partners",
    "campaigns",
    "webhooks",
)
