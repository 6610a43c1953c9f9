"""Everything Deskpulse does between the vendors and the readers."""
