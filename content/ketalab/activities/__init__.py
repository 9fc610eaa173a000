"""Predictions, questions and exercise checks, all from the question bank; and progress in them."""

from ketalab.activities.exercise import check
from ketalab.activities.progress import compare_tests, progress_map
from ketalab.activities.quiz import predict, question

__all__ = ["check", "compare_tests", "predict", "progress_map", "question"]
