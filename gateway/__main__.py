"""``python -m gateway``: the same as the ``parley`` command."""

import sys

from gateway.cli import main

sys.exit(main())
