"""How often analyses cry wolf where nothing happened, and how often they see what did: over seeded worlds."""
