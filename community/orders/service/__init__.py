"""The verbs of orders: record one or many, refund."""

from community.orders.service.recording import Answer, Recorded, record, record_many
from community.orders.service.refunding import refund

__all__ = ["Answer", "Recorded", "record", "record_many", "refund"]
