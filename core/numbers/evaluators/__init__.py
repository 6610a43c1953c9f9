"""How the figures of each kind of formula come about; ``core.numbers.evaluate`` chooses."""
