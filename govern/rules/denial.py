"""What a no says: the rule that decided, why in both languages, and what to do next.

An entry stores a rule's code, its version and its parameters; sentences are made when shown (DESIGN.md, "Entries"). So a
code once used stays in this table for ever and never changes its meaning: a changed rule gets a new version. Parameters
are codes of the catalogue, numbers and ISO dates (places that end in `_on`), never a value of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from govern.core.wording import Wording
from govern.rules.calendar import to_english, to_roc


@dataclass(frozen=True, slots=True)
class DenyRule:
    """A reason to deny: its code, the sentence, the step that the clerk can take, and the version of its meaning."""

    code: str
    why: Wording
    next_step: Wording
    version: int = 1


@dataclass(frozen=True, slots=True)
class Deny:
    """A decision (准駁) that denies one data item; it stops only itself."""

    rule: str
    rule_version: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def wording(self) -> Wording:
        """Why, with codes as they are; pages use `worded`, which says agencies and items by name."""
        return self.worded({})

    @property
    def next_step(self) -> Wording:
        """What to do next, with codes as they are."""
        return self.next_step_worded({})

    def worded(self, names: Mapping[str, Wording]) -> Wording:
        """Why, with each code that `names` knows replaced by its name in the language of the text.

        A rule that the program no longer knows gives a general sentence, so that the past stays readable.
        """
        return _filled(RULES.get(self.rule, _FORGOTTEN).why, self.parameters, names)

    def next_step_worded(self, names: Mapping[str, Wording]) -> Wording:
        """What to do next, with names as in `worded`."""
        return _filled(RULES.get(self.rule, _FORGOTTEN).next_step, self.parameters, names)


def deny(rule: str, **parameters: object) -> Deny:
    """A denial by a rule of the table, in the version that holds now; an unknown code raises `KeyError`."""
    return Deny(rule, RULES[rule].version, {place: str(value) for place, value in parameters.items()})


def _filled(wording: Wording, parameters: Mapping[str, str], names: Mapping[str, Wording]) -> Wording:
    zh = {place: _said(place, value, names, "zh") for place, value in parameters.items()}
    en = {place: _said(place, value, names, "en") for place, value in parameters.items()}
    return Wording(wording.zh.format_map(zh), wording.en.format_map(en))


def _said(place: str, value: str, names: Mapping[str, Wording], language: str) -> str:
    if place.endswith("_on"):
        day = date.fromisoformat(value)
        return to_english(day) if language == "en" else to_roc(day)
    return names[value].in_language(language) if value in names else value


_FORGOTTEN: Final = DenyRule(
    "",
    Wording("依當時的規則，這項查調不予准許。", "This look-up was denied under a rule in force at the time."),
    Wording("如有疑問，請洽資訊中心。", "Please ask the Information Center if you have questions."),
)

_ASK_SUPERVISOR: Final = Wording("請洽所屬主管申請查調權限。", "Please ask your supervisor to apply for the right.")
_ASK_BUSINESS_AGENCY: Final = Wording(
    "請洽業務主管機關「{business_agency}」；辦理期間請民眾自行檢附證明文件。",
    "Please contact the business agency, {business_agency}; meanwhile ask the citizen for the paper certificate.",
)
_OTHER_CLERK: Final = Wording(
    "請由所屬主管改派其他承辦人辦理。", "Please have your supervisor assign the case to another clerk."
)
_ADD_TO_GROUND: Final = Wording("請補齊查調依據後重新送出。", "Please complete the ground and submit again.")

_TABLE: Final = (
    DenyRule(
        "person_not_active",
        Wording("您的帳號已停用，不得查調。", "Your account is not active, so nothing may be looked up."),
        Wording("請洽所屬主管或資訊中心確認帳號狀態。", "Please ask your supervisor or the Information Center about the account."),
    ),
    DenyRule(
        "not_at_agency",
        Wording("您目前不是「{agency}」的承辦人，不得以該機關名義查調。", "You are not a clerk of {agency} at present and may not look up in its name."),
        Wording("請以所屬機關登入；如已調任，請洽新機關主管設定角色。", "Please log in for your own agency; after a transfer, ask the new supervisor to set up your role."),
    ),
    DenyRule(
        "right_missing",
        Wording("您在「{agency}」沒有業務案件項目「{case_item}」的查調權限。", "You hold no right at {agency} to use the case item {case_item}."),
        _ASK_SUPERVISOR,
    ),
    DenyRule(
        "right_not_yet",
        Wording("您的查調權限自{starts_on}起生效，目前尚未開始。", "Your right begins on {starts_on} and is not in force yet."),
        Wording("請於生效日起再送出，或洽所屬主管。", "Please submit from that day on, or ask your supervisor."),
    ),
    DenyRule(
        "right_ended",
        Wording("您對業務案件項目「{case_item}」的查調權限已經終止。", "Your right to use the case item {case_item} has ended."),
        _ASK_SUPERVISOR,
    ),
    DenyRule(
        "right_granted_by_self",
        Wording("這項查調權限是您自己核給自己的，不得據以查調。", "You granted this right to yourself, so it cannot be used."),
        Wording("請由另一位主管重新核給查調權限。", "Please have another supervisor grant the right."),
    ),
    DenyRule(
        "case_item_pending_letter",
        Wording("業務案件項目「{case_item}」尚待上級機關核備函，還不能查調。", "The case item {case_item} still awaits a letter from the superior agency and cannot be used yet."),
        _ASK_BUSINESS_AGENCY,
    ),
    DenyRule(
        "case_item_not_in_force",
        Wording("業務案件項目「{case_item}」目前沒有生效的版本。", "The case item {case_item} has no version in force."),
        _ASK_BUSINESS_AGENCY,
    ),
    DenyRule(
        "case_item_not_yet",
        Wording("業務案件項目「{case_item}」自{valid_from_on}起才可查調。", "The case item {case_item} may be used from {valid_from_on} on."),
        _ASK_BUSINESS_AGENCY,
    ),
    DenyRule(
        "case_item_ended",
        Wording("業務案件項目「{case_item}」已於{valid_to_on}屆期。", "The term of the case item {case_item} ended on {valid_to_on}."),
        _ASK_BUSINESS_AGENCY,
    ),
    DenyRule(
        "data_item_not_listed",
        Wording("業務案件項目「{case_item}」沒有核准查調項目「{data_item}」。", "The case item {case_item} does not list the data item {data_item}."),
        _ASK_BUSINESS_AGENCY,
    ),
    DenyRule(
        "agency_not_authorised",
        Wording("「{agency}」不是業務案件項目「{case_item}」核准的查調機關。", "{agency} is not authorised to use the case item {case_item}."),
        _ASK_BUSINESS_AGENCY,
    ),
    DenyRule(
        "legal_basis_ended",
        Wording("業務案件項目「{case_item}」的法源依據已失效。", "The legal basis of the case item {case_item} is no longer in force."),
        _ASK_BUSINESS_AGENCY,
    ),
    DenyRule(
        "consent_missing",
        Wording("這項業務須經當事人同意，但查調依據不是同意。", "This business needs the subject's consent, and the ground given is not consent."),
        Wording("請取得當事人簽署的同意書，並以「同意」為查調依據重新送出。", "Please obtain the subject's signed consent and submit again with consent as the ground."),
    ),
    DenyRule(
        "ground_missing",
        Wording("沒有填寫查調依據。", "No ground was given for looking this subject up."),
        Wording("請填寫同意或法定職務，並附上文件文號。", "Please give consent or statutory duty, with the number of its document."),
    ),
    DenyRule(
        "ground_unknown",
        Wording("查調依據的種類不在規定之內。", "The kind of ground given is not one that the rules know."),
        _ADD_TO_GROUND,
    ),
    DenyRule(
        "consent_not_signed",
        Wording("同意書沒有填寫簽署日期。", "The consent carries no date of signature."),
        _ADD_TO_GROUND,
    ),
    DenyRule(
        "consent_signed_later",
        Wording("同意書的簽署日期（{signed_on}）晚於查調當日。", "The consent is dated {signed_on}, after the day of the look-up."),
        Wording("請確認簽署日期；查調須在當事人同意之後。", "Please check the date; consent must come before the look-up."),
    ),
    DenyRule(
        "ground_document_missing",
        Wording("查調依據沒有附上文件（同意書或公文文號）。", "The ground comes without its document (a consent form or a document number)."),
        _ADD_TO_GROUND,
    ),
    DenyRule(
        "written_consent_missing",
        Wording("「{data_item}」屬個人資料保護法第6條之特種個資，須有當事人書面同意。", "{data_item} is special-category data (Personal Data Protection Act, article 6) and needs written consent."),
        Wording("請取得當事人書面同意書並填寫其文號後重新送出。", "Please obtain the subject's written consent, enter its number and submit again."),
    ),
    DenyRule(
        "suspended_by_owner",
        Wording("資料主政機關「{owner}」已暫停提供這個業務案件項目所用的資料。", "The data owner, {owner}, has suspended its data under this case item."),
        Wording("請洽資料主政機關；只有該機關可以恢復。", "Please contact the data owner; only it can resume this."),
    ),
    DenyRule(
        "suspended_by_business_agency",
        Wording("業務主管機關「{business_agency}」已暫停業務案件項目「{case_item}」。", "The business agency, {business_agency}, has suspended the case item {case_item}."),
        Wording("請洽業務主管機關；只有該機關可以恢復。", "Please contact the business agency; only it can resume this."),
    ),
    DenyRule(
        "suspended_by_platform",
        Wording("平臺已暫停業務案件項目「{case_item}」。", "The platform has suspended the case item {case_item}."),
        Wording("請洽資訊中心；只有平臺可以恢復。", "Please contact the Information Center; only the platform can resume this."),
    ),
    DenyRule(
        "source_unknown",
        Wording("查調項目「{data_item}」尚未設定介接來源。", "No source is set up for the data item {data_item}."),
        Wording("請洽資訊中心；完成介接前請民眾自行檢附證明文件。", "Please contact the Information Center; until then ask the citizen for the paper certificate."),
    ),
    DenyRule(
        "source_closed",
        Wording("介接來源「{source}」目前停止服務。", "The source {source} is closed at present."),
        Wording("請稍後再送出，或洽資料主政機關「{owner}」。", "Please submit later, or contact the data owner, {owner}."),
    ),
    DenyRule(
        "quota_used_up",
        Wording("「{agency}」今天向「{owner}」查調的額度為{limit}人次，已用{used}人次，不足這次的{asking}人次。", "{agency} may look up {limit} subjects a day at {owner}; {used} are used, and this look-up needs {asking}."),
        Wording("請於次日再送出，或由主管洽資料主政機關調整額度。", "Please submit tomorrow, or have your supervisor ask the data owner for a larger quota."),
    ),
    DenyRule(
        "own_number_missing",
        Wording("系統沒有您本人的身分證號登錄，無法排除查調本人資料。", "Your own national ID is not on file, so a look-up of your own data cannot be ruled out."),
        Wording("請洽所屬機關人事單位或資訊中心完成登錄。", "Please have your personnel office or the Information Center complete your registration."),
    ),
    DenyRule(
        "own_data",
        Wording("不得查調本人的資料。", "You may not look up your own data."),
        _OTHER_CLERK,
    ),
    DenyRule(
        "declared_relative",
        Wording("當事人是您申報須迴避的親屬，不得由您查調。", "The subject is a relative whom you declared, so you may not look this up."),
        _OTHER_CLERK,
    ),
    DenyRule(
        "no_longer_permitted",
        Wording("送出時准許的欄位，現行版本都已不再准許。", "None of the fields permitted at submission is permitted any longer."),
        Wording("請依現行的業務案件項目重新送出查調。", "Please submit a new look-up under the case item now in force."),
    ),
)  # fmt: skip

RULES: Final[Mapping[str, DenyRule]] = {rule.code: rule for rule in _TABLE}
