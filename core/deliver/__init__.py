"""The way out: destinations and the outbox that never posts twice."""
