"""Volume ahead: two methods, how far each was off, and what was forecast, frozen as it was made (metrics 8.7)."""
