"""Ketamine for Chronic Pain: an interactive course in reading the evidence."""

__version__ = "0.1.0"
