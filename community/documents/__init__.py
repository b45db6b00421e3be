"""Documents that clients may name by their hash instead of sending them again."""
