"""What no help desk tells: surveys, staff, quality, money and plans of the sandbox's world, as files of a folder."""

from core.sandbox.inputs.write import write_inputs

__all__ = ["write_inputs"]
