"""Reports as data before they are words: which numbers, in which order, with which sentence; and their renderers."""
