"""Purchases outside subscriptions: orders with their lines, refunds, in bulk; spend drives points and tiers."""
