"""The reasons to deny, in the order of the conditions: a sentence and a next step in both languages for each code.

A code once used stays here for ever, since the trail names it. Places in braces take codes of the catalogue, numbers, and
ISO dates where the place ends in `_on`; never a value of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from govern.core.wording import Wording


@dataclass(frozen=True, slots=True)
class DenyRule:
    """A reason to deny: its code, why, the step that the clerk can take, and the version of its meaning."""

    code: str
    why: Wording
    next_step: Wording
    version: int = 1


def _rule(code: str, why_zh: str, why_en: str, next_zh: str, next_en: str) -> DenyRule:
    return DenyRule(code, Wording(why_zh, why_en), Wording(next_zh, next_en))


_ASK_SUPERVISOR: Final = (
    "請洽所屬主管申請查調權限。",
    "Please ask your supervisor to apply for the right.",
)
_ASK_BUSINESS_AGENCY: Final = (
    "請洽業務主管機關「{business_agency}」；辦理期間請民眾自行檢附證明文件。",
    "Please contact the business agency, {business_agency}; meanwhile ask the citizen for the paper certificate.",
)
_OTHER_CLERK: Final = (
    "請由所屬主管改派其他承辦人辦理。",
    "Please have your supervisor assign the case to another clerk.",
)
_ADD_TO_GROUND: Final = (
    "請補齊查調依據後重新送出。",
    "Please complete the ground and submit again.",
)

_TABLE: Final = (
    _rule(
        "person_not_active",
        "您的帳號已停用，不得查調。",
        "Your account is not active, so nothing may be looked up.",
        "請洽所屬主管或資訊中心確認帳號狀態。",
        "Please ask your supervisor or the Information Center about the account.",
    ),
    _rule(
        "not_at_agency",
        "您目前不是「{agency}」的承辦人，不得以該機關名義查調。",
        "You are not a clerk of {agency} at present and may not look up in its name.",
        "請以所屬機關登入；如已調任，請洽新機關主管設定角色。",
        "Please log in for your own agency; after a transfer, ask the new supervisor to set up your role.",
    ),
    _rule(
        "right_missing",
        "您在「{agency}」沒有業務案件項目「{case_item}」的查調權限。",
        "You hold no right at {agency} to use the case item {case_item}.",
        *_ASK_SUPERVISOR,
    ),
    _rule(
        "right_not_yet",
        "您的查調權限自{starts_on}起生效，目前尚未開始。",
        "Your right begins on {starts_on} and is not in force yet.",
        "請於生效日起再送出，或洽所屬主管。",
        "Please submit from that day on, or ask your supervisor.",
    ),
    _rule(
        "right_ended",
        "您對業務案件項目「{case_item}」的查調權限已經終止。",
        "Your right to use the case item {case_item} has ended.",
        *_ASK_SUPERVISOR,
    ),
    _rule(
        "right_granted_by_self",
        "這項查調權限是您自己核給自己的，不得據以查調。",
        "You granted this right to yourself, so it cannot be used.",
        "請由另一位主管重新核給查調權限。",
        "Please have another supervisor grant the right.",
    ),
    _rule(
        "case_item_pending_letter",
        "業務案件項目「{case_item}」尚待上級機關核備函，還不能查調。",
        "The case item {case_item} still awaits a letter from the superior agency and cannot be used yet.",
        *_ASK_BUSINESS_AGENCY,
    ),
    _rule(
        "case_item_not_in_force",
        "業務案件項目「{case_item}」目前沒有生效的版本。",
        "The case item {case_item} has no version in force.",
        *_ASK_BUSINESS_AGENCY,
    ),
    _rule(
        "case_item_not_yet",
        "業務案件項目「{case_item}」自{valid_from_on}起才可查調。",
        "The case item {case_item} may be used from {valid_from_on} on.",
        *_ASK_BUSINESS_AGENCY,
    ),
    _rule(
        "case_item_ended",
        "業務案件項目「{case_item}」已於{valid_to_on}屆期。",
        "The term of the case item {case_item} ended on {valid_to_on}.",
        *_ASK_BUSINESS_AGENCY,
    ),
    _rule(
        "data_item_not_listed",
        "業務案件項目「{case_item}」沒有核准查調項目「{data_item}」。",
        "The case item {case_item} does not list the data item {data_item}.",
        *_ASK_BUSINESS_AGENCY,
    ),
    _rule(
        "agency_not_authorised",
        "「{agency}」不是業務案件項目「{case_item}」核准的查調機關。",
        "{agency} is not authorised to use the case item {case_item}.",
        *_ASK_BUSINESS_AGENCY,
    ),
    _rule(
        "legal_basis_ended",
        "業務案件項目「{case_item}」的法源依據已失效。",
        "The legal basis of the case item {case_item} is no longer in force.",
        *_ASK_BUSINESS_AGENCY,
    ),
    _rule(
        "consent_missing",
        "這項業務須經當事人同意，但查調依據不是同意。",
        "This business needs the subject's consent, and the ground given is not consent.",
        "請取得當事人簽署的同意書，並以「同意」為查調依據重新送出。",
        "Please obtain the subject's signed consent and submit again with consent as the ground.",
    ),
    _rule(
        "ground_missing",
        "沒有填寫查調依據。",
        "No ground was given for looking this subject up.",
        "請填寫同意或法定職務，並附上文件文號。",
        "Please give consent or statutory duty, with the number of its document.",
    ),
    _rule(
        "ground_unknown",
        "查調依據的種類不在規定之內。",
        "The kind of ground given is not one that the rules know.",
        *_ADD_TO_GROUND,
    ),
    _rule(
        "consent_not_signed",
        "同意書沒有填寫簽署日期。",
        "The consent carries no date of signature.",
        *_ADD_TO_GROUND,
    ),
    _rule(
        "consent_signed_later",
        "同意書的簽署日期（{signed_on}）晚於查調當日。",
        "The consent is dated {signed_on}, after the day of the look-up.",
        "請確認簽署日期；查調須在當事人同意之後。",
        "Please check the date; consent must come before the look-up.",
    ),
    _rule(
        "ground_document_missing",
        "查調依據沒有附上文件（同意書或公文文號）。",
        "The ground comes without its document (a consent form or a document number).",
        *_ADD_TO_GROUND,
    ),
    _rule(
        "written_consent_missing",
        "「{data_item}」屬個人資料保護法第6條之特種個資，須有當事人書面同意。",
        "{data_item} is special-category data (Personal Data Protection Act, article 6) and needs written consent.",
        "請取得當事人書面同意書並填寫其文號後重新送出。",
        "Please obtain the subject's written consent, enter its number and submit again.",
    ),
    _rule(
        "suspended_by_owner",
        "資料主政機關「{owner}」已暫停提供這個業務案件項目所用的資料。",
        "The data owner, {owner}, has suspended its data under this case item.",
        "請洽資料主政機關；只有該機關可以恢復。",
        "Please contact the data owner; only it can resume this.",
    ),
    _rule(
        "suspended_by_business_agency",
        "業務主管機關「{business_agency}」已暫停業務案件項目「{case_item}」。",
        "The business agency, {business_agency}, has suspended the case item {case_item}.",
        "請洽業務主管機關；只有該機關可以恢復。",
        "Please contact the business agency; only it can resume this.",
    ),
    _rule(
        "suspended_by_platform",
        "平臺已暫停業務案件項目「{case_item}」。",
        "The platform has suspended the case item {case_item}.",
        "請洽資訊中心；只有平臺可以恢復。",
        "Please contact the Information Center; only the platform can resume this.",
    ),
    _rule(
        "source_unknown",
        "查調項目「{data_item}」尚未設定介接來源。",
        "No source is set up for the data item {data_item}.",
        "請洽資訊中心；完成介接前請民眾自行檢附證明文件。",
        "Please contact the Information Center; until then ask the citizen for the paper certificate.",
    ),
    _rule(
        "source_closed",
        "介接來源「{source}」目前停止服務。",
        "The source {source} is closed at present.",
        "請稍後再送出，或洽資料主政機關「{owner}」。",
        "Please submit later, or contact the data owner, {owner}.",
    ),
    _rule(
        "quota_used_up",
        "「{agency}」今天向「{owner}」查調的額度為{limit}人次，已用{used}人次，不足這次的{asking}人次。",
        "{agency} may look up {limit} subjects a day at {owner}; {used} are used, and this look-up needs {asking}.",
        "請於次日再送出，或由主管洽資料主政機關調整額度。",
        "Please submit tomorrow, or have your supervisor ask the data owner for a larger quota.",
    ),
    _rule(
        "own_number_missing",
        "系統沒有您本人的身分證號登錄，無法排除查調本人資料。",
        "Your own national ID is not on file, so a look-up of your own data cannot be ruled out.",
        "請洽所屬機關人事單位或資訊中心完成登錄。",
        "Please have your personnel office or the Information Center complete your registration.",
    ),
    _rule(
        "own_data",
        "不得查調本人的資料。",
        "You may not look up your own data.",
        *_OTHER_CLERK,
    ),
    _rule(
        "declared_relative",
        "當事人是您申報須迴避的親屬，不得由您查調。",
        "The subject is a relative whom you declared, so you may not look this up.",
        *_OTHER_CLERK,
    ),
    _rule(
        "no_longer_permitted",
        "送出時准許的欄位，現行版本都已不再准許。",
        "None of the fields permitted at submission is permitted any longer.",
        "請依現行的業務案件項目重新送出查調。",
        "Please submit a new look-up under the case item now in force.",
    ),
)

# What is said of a code that this version of the program does not know: the past stays readable.
FORGOTTEN: Final = _rule(
    "",
    "依當時的規則，這項查調不予准許。",
    "This look-up was denied under a rule in force at the time.",
    "如有疑問，請洽資訊中心。",
    "Please ask the Information Center if you have questions.",
)

RULES: Final[Mapping[str, DenyRule]] = {rule.code: rule for rule in _TABLE}
