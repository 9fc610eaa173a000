"""From lessons to notebooks to exports: what `ketalab build` and `ketalab export` do."""
