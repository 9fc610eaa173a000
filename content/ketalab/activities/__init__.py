"""Predictions, questions and exercise checks, all from the question bank."""

from ketalab.activities.exercise import check
from ketalab.activities.quiz import predict, question

__all__ = ["check", "predict", "question"]
