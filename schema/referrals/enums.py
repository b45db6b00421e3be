"""The words of referrals, as the graph shows them."""

from enum import StrEnum

from community.referrals.rules.attribution import Verdict
from community.referrals.rules.owners import OwnerKind
from community.referrals.rules.programme import Credits, TouchKind
from community.referrals.rules.signals import SignalCode
from community.referrals.rules.stages import Review, Stage
from schema.enums import graph_enum

graph_enum(OwnerKind, "Whom a link belongs to.", name="ReferralOwnerKind")
graph_enum(Stage, "How far a referral has come.", name="ReferralStage")
graph_enum(Review, "Whether people have to look at a referral.", name="ReferralReview")
graph_enum(SignalCode, "What makes a referral doubtful.", name="ReferralSignalCode")
graph_enum(TouchKind, "What may bring somebody.")
graph_enum(Verdict, "What became of a touch.", name="AttributionVerdict")
graph_enum(Credits, "Which of several touches counts.", name="AttributionModel")


class QrImage(StrEnum):
    """How a QR code is written down."""

    SVG = "svg"
    PNG = "png"


graph_enum(
    QrImage,
    "How a QR code is written down.",
    {QrImage.SVG: "An SVG document.", QrImage.PNG: "A `data:` address of a PNG image."},
)
