"""Ketamine for Chronic Pain: an interactive course in reading the evidence."""

__version__ = "0.1.0"

from ketalab.quick_start import import_jsonschema_quickly

import_jsonschema_quickly()
