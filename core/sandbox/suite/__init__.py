"""The contract suite: what every connector must hold, tried against an imitation of its vendor."""
