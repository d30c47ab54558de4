"""GovernError and its kinds: code, sentence in both languages, HTTP status.

    GovernError
    ├── NotFound              absent, or not within reach: the two look the same
    ├── NotAllowed            a route or an act that the actor's roles do not open
    ├── Conflict              somebody else changed it, or its state no longer allows the act
    ├── InvalidInput          what was typed cannot be used; names the fields
    ├── TryLater              a part is away for now; nothing was done
    │   └── EvidenceUnavailable   the trail cannot be written, so nothing is looked up or shown
    └── WrongSetting          the installation is set up wrongly; stops the start

A "no" of the trade is a value (`Deny`), not one of these. No message holds a value of a person.
"""

from collections.abc import Mapping

from govern.core.wording import Wording


class GovernError(Exception):
    """What the edge turns into a page or JSON: a stable code, a sentence in both languages and a status."""

    status = 500
    code = "govern_error"

    def __init__(self, wording: Wording, *, code: str | None = None) -> None:
        super().__init__(code or self.code)
        self.wording = wording
        self.code = code or self.code


class NotFound(GovernError):
    """Absent and foreign things answer alike, so that nobody learns what exists elsewhere (SECURITY.md, A3)."""

    status = 404
    code = "not_found"

    def __init__(self, wording: Wording | None = None, *, code: str | None = None) -> None:
        super().__init__(
            wording
            or Wording(
                "找不到這筆資料，或它不在您的權責範圍內。", "This was not found, or it is not within your remit."
            ),
            code=code,
        )


class NotAllowed(GovernError):
    """The actor's roles do not open this door; the refusal is an entry."""

    status = 403
    code = "not_allowed"

    def __init__(self, wording: Wording | None = None, *, code: str | None = None) -> None:
        super().__init__(
            wording or Wording("您目前的角色不能做這件事。", "Your present role does not allow this."),
            code=code,
        )


class Conflict(GovernError):
    """The thing is no longer as the actor saw it; nothing was changed."""

    status = 409
    code = "conflict"


class InvalidInput(GovernError):
    """What was typed cannot be used. `fields` says what is wrong with which input; nothing was done."""

    status = 422
    code = "invalid_input"

    def __init__(
        self, wording: Wording, *, fields: Mapping[str, Wording] | None = None, code: str | None = None
    ) -> None:
        super().__init__(wording, code=code)
        self.fields: dict[str, Wording] = dict(fields or {})


class TryLater(GovernError):
    """A part of the house is away for now; nothing was done, and the same request may be made again."""

    status = 503
    code = "try_later"


class EvidenceUnavailable(TryLater):
    """The trail cannot be written or numbered: no evidence, no data (DESIGN.md, fixed point 6)."""

    code = "evidence_unavailable"

    def __init__(self) -> None:
        super().__init__(
            Wording(
                "軌跡目前無法寫入，依規定暫停查調。沒有任何資料被查調；請稍後再試，或聯絡資訊中心。",
                "The trail cannot be written at the moment, so look-ups are paused. Nothing was looked up; "
                "please try again later or call the Information Center.",
            )
        )


class WrongSetting(GovernError):
    """A setting or a part of the machine is wrong; the start stops with a sentence that names it."""

    code = "wrong_setting"
