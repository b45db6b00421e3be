"""Members: profile, time zone, consents, abilities, follows and blocks."""
