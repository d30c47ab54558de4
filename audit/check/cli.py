"""The checker's command: python -m audit.check RECORD.pdf.

Exit 0: the record is valid. 1: it is not; the reasons are printed. 2: wrong use, or nobody said whom to believe.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from audit.check.claim import Finding, Verdict
from audit.check.record import check_record
from audit.check.trust import NoTrust, find_trust
from audit.check.words import WORDS


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one file and say what was found; the exit code."""
    parser = _Arguments(
        prog="python -m audit.check", description="Check a signed record of Govern: 查驗雲端證件包的稽核紀錄。"
    )
    parser.add_argument("record", type=Path, help="the PDF")
    parser.add_argument("--trust", type=Path, help="whom to believe (trust.json); else the list built in, else var/")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args(arguments)
    try:
        trust = find_trust(given.trust)
        pdf = given.record.read_bytes()
    except NoTrust as wrong:
        print(f"沒有信任清單。No trust list: {wrong}", file=sys.stderr)
        return 2
    except OSError:
        print(f"無法讀取檔案。The file cannot be read: {given.record}", file=sys.stderr)
        return 2
    verdict = check_record(pdf, trust)
    print(json.dumps(verdict.to_json(), ensure_ascii=False) if given.json else in_words(verdict))
    return 0 if verdict.valid else 1


def in_words(verdict: Verdict) -> str:
    """The verdict for people, a claim a line, in both languages."""
    head = "有效 VALID" if verdict.valid else "無效 NOT VALID"
    lines = [head if verdict.number is None else f"{head}　{verdict.number}"]
    lines += [_line(finding) for finding in verdict.findings if finding.holds is not None]
    if verdict.signer is not None and verdict.stamped_at is not None:
        lines.append(f"簽章者 Signer: {verdict.signer}　時戳 Time stamp: {verdict.stamped_at}")
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    zh, en, not_zh, not_en = WORDS[finding.claim]
    if finding.holds:
        return f"  是 yes  {zh} {en}"
    where = f" ({finding.detail})" if finding.detail else ""
    return f"  否 no   {not_zh} {not_en}: {finding.zh} {finding.en}{where}"
