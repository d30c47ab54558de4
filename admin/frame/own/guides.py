"""The first steps of each role: a few sentences, each with a link into the page it speaks of.

They stand on the home page until they are put away, and come back from the person's menu or the own settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from govern.core.wording import Wording
from govern.rules.actor import Role


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, and the page on which it is done."""

    says: Wording
    link: Wording
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)


TRAIL: Final = Step(
    Wording("您做的每件事都寫入軌跡，自己也看得到。", "Whatever you do enters the trail, where you can see it too."),
    Wording("看我的軌跡", "My trail"),
    "trail.index_view",
)

GUIDES: Final[Mapping[Role, tuple[Step, ...]]] = {
    Role.CLERK: (
        Step(
            Wording(
                "從要辦的業務案件項目開始；名單就是您目前的查調權限。",
                "Begin with the case item; the list is what you have a right to.",
            ),
            Wording("選案件項目", "Choose a case item"),
            "desk.choose",
        ),
        Step(
            Wording(
                "填案號、當事人與查調依據，右邊會先說明哪些欄位完整、遮蔽或不顯示。",
                "Enter case number, subject and ground; the right side says which fields come whole, masked, or not at all.",
            ),
            Wording("看欄位的三種顯示", "How fields appear"),
            "own.words",
        ),
        Step(
            Wording(
                "結果只有這次登入看得到，登出或時間到就銷毀；需要時逐欄揭示並寫理由。",
                "Answers live in this log-in alone and are destroyed at its end; reveal a field only with a reason.",
            ),
            Wording("我的查調紀錄", "My look-ups"),
            "lookups.index_view",
        ),
        Step(
            Wording(
                "被抽中稽核時，請在期限內補附同意書或說明。",
                "When a look-up is drawn for audit, hand in its document or an explanation by the day.",
            ),
            Wording("稽核詢問", "Auditors’ questions"),
            "questions.index_view",
        ),
    ),
    Role.SUPERVISOR: (
        Step(
            Wording(
                "承辦人要查調，先由您授予權限：一個人、一個案件項目、一段期間。",
                "A clerk looks up only with a right you grant: one person, one case item, one term.",
            ),
            Wording("授予權限", "Grant a right"),
            "granting.form",
        ),
        Step(
            Wording(
                "調職、離職或不再承辦時，當天終止；快到期的會列在首頁。",
                "End a right the day somebody moves on; those that end soon stand on this page.",
            ),
            Wording("快到期的權限", "Rights that end soon"),
            "rights.index_view",
            {"tab": "ending"},
        ),
        Step(
            Wording(
                "您看得到所屬機關的查調，但看不到查調結果。", "You see your agency’s look-ups, never their answers."
            ),
            Wording("本機關的查調", "Look-ups of the agency"),
            "lookups.index_view",
        ),
        TRAIL,
    ),
    Role.DRAFTER: (
        Step(
            Wording(
                "先確認法源已登錄；案件項目要有法規與條號。",
                "See that the law is on file; a case item needs law and article.",
            ),
            Wording("法源依據", "Laws"),
            "legal_bases.index_view",
        ),
        Step(
            Wording(
                "草擬案件項目：基本資料、機關、法源，再逐欄決定承辦人看到什麼。",
                "Draft a case item: particulars, agencies, law, then field by field what the clerk sees.",
            ),
            Wording("草擬案件項目", "Draft a new case item"),
            "life.begin",
        ),
        Step(
            Wording(
                "提出審核後，由各資料主政機關分別核准；進度與退回理由都在案件項目上。",
                "Once proposed each data owner approves its part; progress and reasons stand on the case item.",
            ),
            Wording("業務案件項目", "Case items"),
            "case_items.index_view",
        ),
        TRAIL,
    ),
    Role.APPROVER: (
        Step(
            Wording(
                "別的機關要用貴機關的資料，會在「等您處理」出現；您只核准本機關的部分。",
                "When another agency wants your data it shows under “Waiting for you”; you approve your agency’s part alone.",
            ),
            Wording("等我核准的案件項目", "Case items that await me"),
            "case_items.index_view",
        ),
        Step(
            Wording(
                "每一欄都有用途說明；可以核准、退回修正，或不予核准並寫理由。",
                "Each field says why it is needed; approve, return, or reject with a reason.",
            ),
            Wording("本機關的查調項目", "Data items"),
            "data_items.index_view",
        ),
        Step(
            Wording(
                "有疑慮時可以立即暫停本機關資料的使用，或停止介接。",
                "In doubt you can stop the use of your data, or close its source, at once.",
            ),
            Wording("介接來源", "Sources"),
            "sources.index_view",
        ),
        Step(
            Wording("誰來稽核、抽多少，由您訂定稽核計畫。", "Who audits, and how much, is for your plan to say."),
            Wording("稽核計畫", "Plans"),
            "plans.index_view",
        ),
    ),
    Role.AUDITOR: (
        Step(
            Wording(
                "每月先承諾亂數；母體凍結後揭露，抽樣才無法操縱。",
                "Each month commit to a number first and disclose it after the freeze; so no draw can be steered.",
            ),
            Wording("我的抽樣亂數", "My number"),
            "number.show",
        ),
        Step(
            Wording(
                "抽中的樣本一筆一筆判定；不清楚就請承辦人說明。",
                "Judge the samples one by one; ask the clerk where something is unclear.",
            ),
            Wording("查核樣本", "Judge samples"),
            "sample.queue",
        ),
        Step(
            Wording(
                "查出問題就開立缺失，改善後由您結案。",
                "Where something is wrong, open a finding; you close it once it is mended.",
            ),
            Wording("缺失", "Findings"),
            "findings.index_view",
        ),
        Step(
            Wording(
                "全部判定後核章，再由首長核章，這一期就結束。",
                "When all are judged you sign, then the head; the period is closed.",
            ),
            Wording("稽核期別", "Periods"),
            "periods.index_view",
        ),
    ),
    Role.HEAD: (
        Step(
            Wording("稽核人員核章後，由您作最後一級核章。", "After the auditor’s sign-off yours is the last."),
            Wording("等我核章的期別", "Periods to sign"),
            "periods.index_view",
            {"tab": "to_sign"},
        ),
        Step(
            Wording(
                "首長也要承諾並揭露亂數，與稽核人員互相制衡。", "The head gives a number too, beside the auditor’s."
            ),
            Wording("我的抽樣亂數", "My number"),
            "number.show",
        ),
        Step(
            Wording(
                "誰在查、為什麼查，都看得到；查調結果則只有承辦人看得到。",
                "You see who looks up and why; answers are the clerk’s alone.",
            ),
            Wording("本機關的查調", "Look-ups of the agency"),
            "lookups.index_view",
        ),
        TRAIL,
    ),
    Role.OPERATOR: (
        Step(
            Wording(
                "維護、停機或異常時發布公告，每一頁都會顯示。",
                "Publish a notice before maintenance or in trouble; every page shows it.",
            ),
            Wording("公告", "Notices"),
            "notices.index",
        ),
        Step(
            Wording(
                "來源停止介接時，相關項目查不到；由主政機關開關。",
                "While a source is closed its items cannot be asked; its owner opens and closes it.",
            ),
            Wording("介接來源", "Sources"),
            "sources.index_view",
        ),
        Step(
            Wording(
                "組織調整時新增或改隸機關；代碼永不更改。",
                "Add or move agencies when the city is reorganised; codes never change.",
            ),
            Wording("機關", "Agencies"),
            "agencies.index_view",
        ),
        Step(
            Wording("您看得到系統的軌跡，看不到任何人的查調。", "You see the system’s entries and nobody’s look-ups."),
            Wording("軌跡", "Trail"),
            "trail.index_view",
        ),
    ),
}
