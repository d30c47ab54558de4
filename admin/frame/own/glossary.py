"""The words of docs/words.md with what they mean, a sentence each, for whoever meets one on a page.

A template shows one by `{{ word("decision") }}` of pieces/word.html; all of them stand on the page `/words`. A test holds
that this table and docs/words.md name the same words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from govern.core.wording import Wording


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the trade, and what it means here."""

    name: Wording
    meaning: Wording


def _word(zh: str, en: str, meaning_zh: str, meaning_en: str) -> Word:
    return Word(Wording(zh, en), Wording(meaning_zh, meaning_en))


WHO: Final[Mapping[str, Word]] = {
    "actor": _word(
        "使用者",
        "Actor",
        "提出請求的人，連同所代表的機關、角色與登入強度。",
        "Who asks: the person, the agency acted for, the roles held, the strength of the log-in.",
    ),
    "agency": _word(
        "機關",
        "Agency",
        "組織樹上的一個單位：市府、一級、二級或中央機關。",
        "An organisation in the tree: city, first-level, second-level or central.",
    ),
    "data owner": _word(
        "資料主政機關",
        "Data owner",
        "主管資料來源、回覆查調的機關；用它的資料要先經它核准。",
        "The agency whose register answers; its data is used only with its approval.",
    ),
    "business agency": _word(
        "業務主管機關",
        "Business agency",
        "主管一項業務、擬訂並提請核准案件項目的機關。",
        "The agency in charge of a business, which drafts and proposes its case items.",
    ),
    "subject": _word("當事人", "Subject", "被查調的人或標的。", "The person or thing that is looked up."),
    "witness": _word(
        "見證機關",
        "Witness",
        "確認軌跡只增不改並共同簽署的外部機關。",
        "An outside party that checks that the trail only grows, and cosigns it.",
    ),
}
ASKED: Final[Mapping[str, Word]] = {
    "data item": _word(
        "查調項目",
        "Data item",
        "可以查調的一種資料，例如戶籍、地籍；有自己的欄位與來源。",
        "One kind of data that can be looked up, with its fields and its source.",
    ),
    "field": _word(
        "欄位",
        "Field",
        "查調結果裡的一個值，有敏感度與預設遮蔽方式。",
        "One value of an answer, with its sensitivity and its usual mask.",
    ),
    "case item": _word(
        "業務案件項目",
        "Case item",
        "一項查調目的：哪些機關依什麼法源、可查哪些項目的哪些欄位、到什麼時候。",
        "A purpose: which agencies may look up which fields of which data items, on which law, until when.",
    ),
    "legal basis": _word(
        "法源依據",
        "Legal basis",
        "案件項目所依據的法規與條文，核准時照錄封存。",
        "The law and article a case item stands on, frozen as text when approved.",
    ),
    "ground": _word(
        "查調依據",
        "Ground",
        "為什麼可以查這位當事人：當事人同意或法定職務，附證明文件。",
        "Why this subject may be looked up: consent or statutory duty, with its document.",
    ),
    "right": _word(
        "查調權限",
        "Right",
        "某人在某機關使用一個案件項目的許可，有起訖日，由主管授予。",
        "A person’s permission to use a case item at an agency, with an end date, granted by the supervisor.",
    ),
    "decision": _word(
        "准駁",
        "Decision",
        "系統對一次查調准許或不准許的判斷，連同理由與義務。",
        "The machine’s permit or deny on a look-up, with its reason and obligations.",
    ),
    "obligation": _word(
        "義務",
        "Obligation",
        "准許時附帶的要求：哪些欄位完整顯示、遮蔽，或遮蔽而可揭示。",
        "What a permit demands: which fields come whole, masked, or masked and revealable.",
    ),
    "separation": _word(
        "職務分立",
        "Separation",
        "同一人不得兼做的事：查自己、查親屬、自提自核、自查自稽。",
        "What one person may not do at once: look oneself or relatives up, approve one’s own proposal, audit one’s own look-ups.",
    ),
    "mask": _word(
        "遮蔽",
        "Mask",
        "准許的欄位只顯示一部分；畫面與紙本都以斜線標明。",
        "A permitted field shown only in part; hatched on screen and on paper.",
    ),
    "version": _word(
        "版本",
        "Version",
        "案件項目核准時凍結的內容；任何變更都是新的一版。",
        "What of a case item was approved, frozen; every change is a new version.",
    ),
    "part": _word(
        "部分",
        "Part",
        "一版之中屬於同一資料主政機關的項目；各機關只核准自己的部分，全部核准才成立。",
        "One owner’s data items within a version; each owner approves its own, and all together complete it.",
    ),
    "letter": _word(
        "核備函",
        "Letter",
        "部分資料須由上級機關同意的公文，登錄後版本才能生效。",
        "A superior’s approval that some data needs before the version can be in force.",
    ),
    "widening": _word(
        "放寬",
        "Widening",
        "這一版比前一版顯示更多，或給更多機關。",
        "The version shows more than the one before, or to more agencies.",
    ),
    "narrowing": _word(
        "縮減",
        "Narrowing",
        "這一版比前一版顯示更少，或給更少機關。",
        "The version shows less than the one before, or to fewer agencies.",
    ),
    "stop": _word(
        "暫停",
        "Stop",
        "一時停止用一個案件項目查調；誰設定就由誰解除。",
        "Look-ups under a case item are halted for a time; lifted by whoever set it.",
    ),
    "key": _word(
        "查調鍵值",
        "Key",
        "向資料主政機關查詢時用的號碼，例如身分證號、車牌、地號。",
        "What a data owner is asked by: a national ID, a plate, a land number.",
    ),
}
ROAD: Final[Mapping[str, Word]] = {
    "look-up": _word(
        "查調",
        "Look-up",
        "承辦人為一個案號送出的一次查詢，可含數位當事人。",
        "One submission by a clerk for one case number, with one or more subjects.",
    ),
    "task": _word(
        "查調工作",
        "Task",
        "一次查調裡，一位當事人的一個查調項目；各有狀態與結果。",
        "One data item for one subject of a look-up, with its own state and answer.",
    ),
    "work": _word("背景工作", "Work", "系統在背後排隊執行的一件事。", "One thing that the machine has queued to do."),
    "source": _word(
        "介接來源", "Source", "資料主政機關的系統，透過介接取得資料。", "A data owner’s system, reached by a connector."
    ),
    "reply": _word(
        "回覆",
        "Reply",
        "來源送回的全部內容；只在當下存在，裁減後即不留存。",
        "What a source sent, whole; it lives only while it is cut down and is kept nowhere.",
    ),
    "answer": _word(
        "查調結果",
        "Answer",
        "回覆裁減為准許的欄位並遮蔽後留下的部分；登出或到時就銷毀。",
        "What is left of a reply, cut to the permitted fields and masked; destroyed at log-out or in time.",
    ),
    "beyond": _word(
        "逾範圍",
        "Beyond",
        "來源送來、但不在准許範圍的值；只計數通報，不留存。",
        "A value that came and was not permitted: counted and reported, not kept.",
    ),
    "reveal": _word(
        "揭示",
        "Reveal",
        "附理由打開一個遮蔽的欄位；寫入軌跡，片刻後自動遮回。",
        "Opening one masked field with a reason; it enters the trail and masks itself again shortly.",
    ),
}
PROOF: Final[Mapping[str, Word]] = {
    "trail": _word(
        "軌跡", "Trail", "發生過的每件事的紀錄，只增不改。", "The account of everything that happened; it only grows."
    ),
    "entry": _word(
        "軌跡紀錄", "Entry", "軌跡裡的一件事，有編號與時間。", "One event of the trail, with its number and time."
    ),
    "log": _word(
        "可驗證日誌",
        "Log",
        "同一份軌跡，編成任何人都能驗算的形式。",
        "The same trail in a form that anybody can check by calculation.",
    ),
    "checkpoint": _word(
        "檢核點",
        "Checkpoint",
        "到某一筆為止的軌跡的簽章；之後改動任何一筆都會被發現。",
        "The signed state of the trail up to an entry; a later change of any of them is found.",
    ),
    "period": _word(
        "稽核期別",
        "Period",
        "一個稽核機關依一項計畫查核的一個月。",
        "The month that an auditing agency audits under a plan.",
    ),
    "population": _word(
        "母體", "Population", "一期之中可以被抽查的全部查調。", "All look-ups of a period that can be audited."
    ),
    "sample": _word("樣本", "Sample", "抽中要查核的查調。", "A look-up that was drawn to be audited."),
    "draw": _word(
        "抽樣",
        "Draw",
        "挑選樣本；用公開的亂數，任何人都能重算。",
        "Picking the samples, by public numbers, so that anybody can compute it again.",
    ),
    "plan": _word(
        "稽核計畫",
        "Plan",
        "主政機關訂定：誰稽核、抽多少、用哪種公開亂數。",
        "An owner’s rule: who audits, how much, by which public draw.",
    ),
    "verdict": _word("查核結果", "Verdict", "稽核人員對一筆樣本的判定。", "What an auditor says of a sample."),
    "finding": _word(
        "缺失",
        "Finding",
        "樣本查出的問題，有改善期限，改善後由稽核人員結案。",
        "What is wrong with a sample; mended by its day and closed by the auditor.",
    ),
    "sign-off": _word(
        "核章",
        "Sign-off",
        "稽核人員與首長依序簽署，結束一期。",
        "Closing a period: an auditor, then the head, sign in turn.",
    ),
    "record": _word(
        "稽核紀錄",
        "Record",
        "一次查調或一期的已簽章PDF，任何人都能驗真。",
        "The signed PDF of a look-up or a period, which anybody can verify.",
    ),
}
SCREEN: Final[Mapping[str, Word]] = {
    "notice": _word(
        "公告",
        "Notice",
        "維運人員告訴所有使用者的事，例如維護與異常，有起訖時間。",
        "What an operator tells everybody, such as maintenance and trouble, from and until a moment.",
    ),
    "saved view": _word(
        "檢視",
        "Saved view",
        "您為清單的篩選與排序取的名稱；從不保存搜尋過的字詞。",
        "A list narrowed and sorted in a way that you gave a name; never the words searched for.",
    ),
    "export": _word(
        "匯出",
        "Export",
        "把清單存成檔案：前面的列立即提供，全部的列由背景程式寫成加密檔，當日刪除。",
        "A list as a file: its first rows at once, all of it by a worker, sealed and gone with the day.",
    ),
}
BY_HEADING: Final[tuple[tuple[Wording, Mapping[str, Word]], ...]] = (
    (Wording("誰", "Who"), WHO),
    (Wording("可以查什麼", "What may be asked"), ASKED),
    (Wording("一次查調", "The road of a look-up"), ROAD),
    (Wording("憑據與稽核", "The proof"), PROOF),
    (Wording("畫面上", "On screen"), SCREEN),
)
WORDS: Final[Mapping[str, Word]] = {name: word for _, words in BY_HEADING for name, word in words.items()}
# Which word a list's heading is, by the list's endpoint.
HEADINGS: Final[Mapping[str, str]] = {
    "case_items": "case item",
    "data_items": "data item",
    "agencies": "agency",
    "legal_bases": "legal basis",
    "sources": "source",
    "rights": "right",
    "lookups": "look-up",
    "periods": "period",
    "plans": "plan",
    "findings": "finding",
    "trail": "trail",
}
