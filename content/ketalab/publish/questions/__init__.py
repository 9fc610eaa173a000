"""The question bank for learning platforms and on paper."""
