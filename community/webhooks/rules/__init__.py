"""What webhooks decides: whose address may be reached, who is told what, when it is tried again."""
