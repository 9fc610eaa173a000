"""Web pages: a lesson, a deck, and what belongs to the whole course."""
