"""Events of people: signed on, granted, given a role, refused."""

import uuid
from dataclasses import dataclass

from govern.trail.kinds.kind import Kind, kind


@kind("signed_on", "登入", "Signed on")
@dataclass(frozen=True, kw_only=True, slots=True)
class SignedOn(Kind):
    """A log-in session began."""

    strength: str
    outcome: str = "signed_on"


@kind("sign_on_failed", "登入失敗", "Log-in failed")
@dataclass(frozen=True, kw_only=True, slots=True)
class SignOnFailed(Kind):
    """A log-in was refused. The name that was typed stands as a keyed index alone: it may be a password."""

    cause: str
    outcome: str = "refused"
    name_index: bytes
    from_address: str | None = None
    about_kind: str | None = None
    about_id: str | None = None


@kind("session_ended", "登入結束", "Session ended")
@dataclass(frozen=True, kw_only=True, slots=True)
class SessionEnded(Kind):
    """Log-out, idle, too long, switched to another agency, or the account was closed."""

    cause: str
    ended_session: bytes
    about_kind: str = "person"
    about_id: str | None = None


@kind("person_made", "建立使用者", "Person made")
@dataclass(frozen=True, kw_only=True, slots=True)
class PersonMade(Kind):
    """A person and an account were made."""

    about_kind: str = "person"
    about_id: str
    account_name: str
    is_invented: bool = False


@kind("password_changed", "變更密碼", "Password changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordChanged(Kind):
    """A local account's password was set, by its holder or by an operator."""

    about_kind: str = "account"
    about_id: str
    by_holder: bool


@kind("granted", "授予查調權限", "Right granted")
@dataclass(frozen=True, kw_only=True, slots=True)
class Granted(Kind):
    """A right to use a case item at an agency."""

    right: uuid.UUID
    case_item: str
    about_kind: str = "person"
    about_id: str
    at_agency: str
    starts_on: str
    ends_on: str


@kind("right_ended", "終止查調權限", "Right ended")
@dataclass(frozen=True, kw_only=True, slots=True)
class RightEnded(Kind):
    """A right ended before its term, or at it."""

    right: uuid.UUID
    case_item: str
    cause: str
    about_kind: str = "person"
    about_id: str


@kind("role_given", "授予角色", "Role given")
@dataclass(frozen=True, kw_only=True, slots=True)
class RoleGiven(Kind):
    """A role at an agency."""

    about_kind: str = "person"
    about_id: str
    given_role: str
    at_agency: str


@kind("role_taken", "收回角色", "Role taken")
@dataclass(frozen=True, kw_only=True, slots=True)
class RoleTaken(Kind):
    """A role at an agency ended."""

    about_kind: str = "person"
    about_id: str
    taken_role: str
    at_agency: str


@kind("refused_request", "拒絕存取", "Request refused")
@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRequest(Kind):
    """A signed-in person asked for what is not theirs: the route and the rule, never the address with its words."""

    rule: str
    outcome: str = "refused"
    route: str
    method: str
    status: int


@kind("trail_searched", "查詢軌跡", "Trail searched")
@dataclass(frozen=True, kw_only=True, slots=True)
class TrailSearched(Kind):
    """Who searched the trail by what; a subject's key stands as its keyed index."""

    by_columns: tuple[str, ...] = ()
    subject_index: bytes | None = None
