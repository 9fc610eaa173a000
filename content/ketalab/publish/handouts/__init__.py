"""What a class gets on paper: a handout for each lesson, and the summary of findings."""
