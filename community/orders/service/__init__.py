"""The verbs of orders: record one or many, import, refund."""

from community.orders.service.importing import import_batch
from community.orders.service.recording import BATCH, Answer, Recorded, record, record_many
from community.orders.service.refunding import refund

__all__ = ["BATCH", "Answer", "Recorded", "import_batch", "record", "record_many", "refund"]
