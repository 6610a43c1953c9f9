"""Numbers of single persons, with all the guards of metrics 8.6; nothing here ever reaches a report or a channel."""
