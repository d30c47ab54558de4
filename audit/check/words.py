"""What claims, and the ways in which each fails, are called in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# A claim as people read it: when it holds, and when it does not, in both languages.
WORDS: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "signed": (
            "由信任的機構簽章", "Signed by a trusted authority",
            "不是信任的簽章", "Not signed as it should be",
        ),
        "stamped": (
            "加蓋信任的時戳", "Stamped by a trusted time stamp authority",
            "沒有可信的時戳", "No time stamp to be trusted",
        ),
        "whole": (
            "整份檔案都在簽章之內", "The signature covers the whole file",
            "檔案不是簽章時的樣子", "The file is not what was signed",
        ),
        "signed_off": (
            "各層級都核章了", "Signed off at every level",
            "核章不成立", "The sign-off does not hold",
        ),
        "in_log": (
            "每一筆都在可驗證日誌裡", "Every entry is in the log",
            "與可驗證日誌不符", "Not what the log says",
        ),
        "drawn": (
            "樣本可重新抽出", "The sample can be drawn again",
            "樣本不是這樣抽出的", "Not how the sample was drawn",
        ),
        "text_is_data": (
            "文字與資料相符", "The text is the data",
            "文字與資料不符", "The text is not the data",
        ),
    }
)  # fmt: skip

# Why a claim fails: a code, and the sentence in both languages.
REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "not_a_pdf": ("這不是 PDF 檔。", "This is not a PDF file."),
        "too_large": ("檔案太大，不予查驗。", "The file is too large to be checked."),
        "unreadable": ("檔案結構損壞，無法讀取。", "The file's structure is damaged and cannot be read."),
        "no_signature": (
            "檔案沒有簽章，可能被移除或截去。",
            "The file carries no signature; it may have been stripped or cut off.",
        ),
        "several_signatures": (
            "檔案有一個以上的簽章；紀錄只有一個。",
            "The file carries more than one signature; a record has one.",
        ),
        "not_certified": (
            "簽章不是禁止變更的認證簽章。",
            "The signature does not certify the file against every change.",
        ),
        "altered": ("檔案內容在簽章後被更動。", "The content was altered after it was signed."),
        "signature_wrong": ("簽章不成立。", "The signature does not hold."),
        "signer_not_trusted": (
            "簽章者的憑證不是信任清單中的機構所發。",
            "The signer's certificate was not issued by an authority in the trust list.",
        ),
        "signer_is_another": (
            "簽章者與紀錄所載的不同。",
            "The signer is not the one that the record names.",
        ),
        "no_time_stamp": ("簽章沒有時戳。", "The signature carries no time stamp."),
        "time_stamp_wrong": ("時戳不成立。", "The time stamp does not hold."),
        "time_stamp_not_trusted": (
            "時戳不是信任清單中的機構所發。",
            "The time stamp was not issued by an authority in the trust list.",
        ),
        "bytes_appended": (
            "檔案結尾後被附加了資料。",
            "Bytes were appended after the end of the signed file.",
        ),
        "updated_after_signing": (
            "檔案在簽章後被增補更新。",
            "The file was updated after it was signed.",
        ),
        "not_covered": ("簽章沒有涵蓋整個檔案。", "The signature does not cover the whole file."),
        "can_act": (
            "檔案含有程式、動作或紀錄以外的附件。",
            "The file holds a script, an action or an attachment that is not the record's.",
        ),
        "no_data": ("檔案沒有附上紀錄的資料。", "The record's data is not attached to the file."),
        "data_unreadable": (
            "附上的資料不是本程式認得的紀錄。",
            "The attached data is not a record that this checker knows.",
        ),
        "checkpoint_wrong": (
            "檢核點不是信任清單中的日誌所簽。",
            "The checkpoint was not signed by the log in the trust list.",
        ),
        "checkpoint_is_another": (
            "檢核點與紀錄所載的大小或樹根不同。",
            "The checkpoint states another size or root than the record.",
        ),
        "entry_not_in_log": ("有軌跡紀錄不在日誌中。", "An entry is not in the log."),
        "entry_unreadable": ("有軌跡紀錄無法解讀。", "An entry cannot be decoded."),
        "entry_is_another": (
            "有軌跡紀錄與所載的編號或種類不同。",
            "An entry is another one than the record says.",
        ),
        "entries_incomplete": (
            "軌跡紀錄不完整，缺少送出查調的那一筆。",
            "The entries are incomplete: the one that the look-up was asked by is missing.",
        ),
        "log_says_otherwise": (
            "紀錄的內容與日誌中的軌跡不同。",
            "The record says otherwise than the log's entries.",
        ),
        "text_differs": (
            "頁面上的文字與所附資料不同。",
            "The text on the page differs from the attached data.",
        ),
        "not_looked_at": (
            "檔案不可信，未再查驗內容。",
            "The file cannot be trusted, so its content was not looked at.",
        ),
        "too_costly": (
            "讀這個檔案要用的時間或記憶體超過上限；正常的紀錄不會如此。",
            "Reading this file takes more time or memory than is allowed; no proper record does.",
        ),
        "not_signed_off": (
            "紀錄所附的核章不完整：須有稽核人員與機關首長兩個層級。",
            "The sign-offs are incomplete: an auditor's and a head's are needed.",
        ),
        "signed_off_by_one": ("兩個層級由同一人核章。", "Both levels were signed off by one person."),
        "signed_off_content_is_another": (
            "核章的內容與紀錄所載的不同。",
            "What was signed off is not what the record says.",
        ),
        "reopened": (
            "核章之後期別又重開，這份紀錄已經失效。",
            "The period was re-opened after it was signed off; this record no longer stands.",
        ),
        "figures_wrong": (
            "統計數字與逐筆的查核結果不符。",
            "The figures do not follow from the verdicts.",
        ),
        "verdict_is_another": (
            "有樣本的查核結果與日誌中的不同。",
            "A sample's verdict is another one than the log's.",
        ),
        "draw_unreadable": (
            "抽樣的說明不是規定的格式。",
            "The account of the draw is not in the documented form.",
        ),
        "number_not_committed": (
            "揭露的亂數與先前的承諾不符。",
            "A disclosed number does not fit its commitment.",
        ),
        "not_two_parties": (
            "亂數不是由兩方在同一個月提出。",
            "The numbers are not of two parties for one month.",
        ),
        "seed_is_another": (
            "由檢核點、期別與亂數算出的種子不同。",
            "Checkpoint, period and source give another seed.",
        ),
        "sample_of_another_size": (
            "抽樣筆數與規定的比率不符。",
            "The sample is not of the size that the plan demands.",
        ),
        "sample_is_another": (
            "種子抽出的不是這些樣本。",
            "The seed draws other units than these.",
        ),
        "unit_not_in_population": (
            "有樣本不在凍結的母體裡。",
            "A drawn unit did not stand in the frozen population.",
        ),
        "seed_known_too_soon": (
            "種子在母體凍結前就已可知，樣本可能是挑選的。",
            "The seed could be known before the freeze, so that the sample could have been chosen.",
        ),
        "draw_not_as_entered": (
            "抽樣的依據與日誌所載的不同。",
            "What the sample was drawn from is not what the log says.",
        ),
    }
)
