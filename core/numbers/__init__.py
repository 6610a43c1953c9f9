"""From stored rows to numbers: calendars, facts, parts, the metric declarations and the questions asked of them."""
