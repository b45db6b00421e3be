"""Partners: their accounts, the conversions they report, the commissions they earn, and their sandbox."""
