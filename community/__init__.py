"""The product: membership and community rules, rows and verbs. It would run unchanged behind REST, a CLI or a queue."""
