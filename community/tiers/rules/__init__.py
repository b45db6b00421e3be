"""Decisions about tiers: the programme, its periods, who stands where, how far it is to the next one."""
