"""The rows of referrals: links, clicks, what was counted, touches, referrals, versions of the programme."""

from tortoise import fields

from community.database.tables import Model


class ReferralLink(Model):
    """Somebody's link. Its code is found, and unique for ever, by `code_key`."""

    id = fields.UUIDField(primary_key=True)
    owner_kind = fields.CharField(max_length=16)
    owner_id = fields.UUIDField()
    code = fields.CharField(max_length=30)
    code_key = fields.CharField(max_length=30)
    is_default = fields.BooleanField()
    label = fields.CharField(max_length=80)
    sub_source = fields.CharField(max_length=40, null=True)
    campaign = fields.CharField(max_length=64, null=True)
    target = fields.CharField(max_length=500, null=True)
    shows_owner = fields.BooleanField()
    created_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "referrals_link"


class ReferralClick(Model):
    """A click that counts. The two keyed hashes are forgotten after a while."""

    id = fields.UUIDField(primary_key=True)
    link_id = fields.UUIDField()
    clicked_at = fields.DatetimeField()
    visitor = fields.BinaryField(null=True)
    household = fields.BinaryField(null=True)

    class Meta:
        app = "community"
        table = "referrals_click"


class ReferralTally(Model):
    """What came to a link on a day (UTC). `announced` of its clicks are in the feed."""

    id = fields.UUIDField(primary_key=True)
    link_id = fields.UUIDField()
    day = fields.DateField()
    clicks = fields.IntField()
    repeats = fields.IntField()
    bots = fields.IntField()
    heads = fields.IntField()
    prefetches = fields.IntField()
    untracked = fields.IntField()
    announced = fields.IntField()

    class Meta:
        app = "community"
        table = "referrals_tally"


class ReferralBatch(Model):
    """A segment of a spool that was written down: written again, it changes nothing."""

    id = fields.UUIDField(primary_key=True)
    kept_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "referrals_batch"


class ReferralProgramme(Model):
    """A published version of the programme. It never changes; the last to have begun is in force."""

    id = fields.UUIDField(primary_key=True)
    version = fields.CharField(max_length=20)
    starts_at = fields.DatetimeField()
    programme = fields.JSONField[dict[str, object]]()
    published_at = fields.DatetimeField()
    published_by = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "referrals_programme"


class ReferralTouch(Model):
    """Something that may have brought a member, and what the policy said of it. Never changed."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    kind = fields.CharField(max_length=16)
    owner_kind = fields.CharField(max_length=16, null=True)
    owner_id = fields.UUIDField(null=True)
    link_id = fields.UUIDField(null=True)
    click_id = fields.UUIDField(null=True)
    code = fields.CharField(max_length=64, null=True)
    campaign = fields.CharField(max_length=64, null=True)
    touched_at = fields.DatetimeField()
    verdict = fields.CharField(max_length=16)
    programme_version = fields.CharField(max_length=20)
    decided_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "referrals_touch"


class Referral(Model):
    """Who brought a member, and how far that has come. One for each member, for ever."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    owner_kind = fields.CharField(max_length=16)
    owner_id = fields.UUIDField()
    link_id = fields.UUIDField(null=True)
    click_id = fields.UUIDField(null=True)
    touch_kind = fields.CharField(max_length=16)
    source = fields.CharField(max_length=64, null=True)
    campaign = fields.CharField(max_length=64, null=True)
    programme_version = fields.CharField(max_length=20)
    household = fields.BinaryField(null=True)
    stage = fields.CharField(max_length=16)
    review = fields.CharField(max_length=16)
    score = fields.IntField()
    signals = fields.JSONField[list[object]]()
    bound_at = fields.DatetimeField()
    qualified_at = fields.DatetimeField(null=True)
    qualified_by = fields.UUIDField(null=True)
    held_until = fields.DatetimeField(null=True)
    rewarded_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=500, null=True)
    decided_by = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "referrals_referral"
