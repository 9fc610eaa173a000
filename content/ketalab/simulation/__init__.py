"""Published models, ready to run.

Their structures come from `models`, their numbers from `evidence`; their cards hold them.
"""
