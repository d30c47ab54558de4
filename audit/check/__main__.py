"""python -m audit.check RECORD.pdf [--trust FILE] [--json]"""

import sys

from audit.check.cli import main

if __name__ == "__main__":
    sys.exit(main())
