"""The running service: one cycle of work, its schedule, health."""
