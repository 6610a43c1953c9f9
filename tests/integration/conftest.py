"""Runs against real systems: left out unless DESKPULSE_INTEGRATION is set, which ``make integration`` does."""

import os

collect_ignore_glob = [] if os.environ.get("DESKPULSE_INTEGRATION") else ["*"]
