"""Purchases outside subscriptions: orders with lines, refunds in part or whole, imports."""
