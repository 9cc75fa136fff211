"""What is said when a notice cannot be published; nothing was changed then."""

from issuer.errors import UsageError


class NoticeFieldRefused(UsageError):
    """Something was filled in that cannot be taken; `field` names it, `kind` says what is wrong."""

    code = "notice_field_refused"
    sentence = "{field}: {kind}."
