"""Notebooks to hand out: the zip for students and the instructor edition."""
