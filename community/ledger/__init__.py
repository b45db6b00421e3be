"""Points and status credits: an append-only double-entry ledger, its lots, and the proof that it is whole."""
