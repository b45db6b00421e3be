"""Exclusive content: articles and media in topics and series, and the one answer to who may see what of it."""
