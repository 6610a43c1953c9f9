"""A small connector that works, with all that belongs to one; ``connectors new`` copies it under a new name."""
