"""The child of `apart`: python -m audit.check.confined PROCESSOR_S MEMORY_BYTES TRUST, a file in, one line of JSON out."""

import json
import sys
from pathlib import Path

from audit.check.apart import confine
from audit.check.record import check_record
from audit.check.signature import LARGEST_FILE
from audit.check.trust import read_trust


def main(processor_s: str, memory_bytes: str, trust_file: str) -> None:
    """One file is checked, under limits that are set before its first byte is read."""
    trust = read_trust(Path(trust_file))
    confine(int(processor_s), int(memory_bytes))
    verdict = check_record(sys.stdin.buffer.read(LARGEST_FILE + 1), trust)
    print(json.dumps(verdict.to_json()))


if __name__ == "__main__":
    main(*sys.argv[1:])
