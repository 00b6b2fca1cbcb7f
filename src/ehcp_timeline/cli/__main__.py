"""`python -m ehcp_timeline.cli` is `ehcp`."""

import sys

from ehcp_timeline.cli.app import main

sys.exit(main())
