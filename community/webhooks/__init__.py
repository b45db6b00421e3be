"""Endpoints outside that are told what happened: signed, in order, retried over days, logged, replayed."""
