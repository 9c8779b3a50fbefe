"""The preferences page: projects, a new one, and the annotator; what happens there is decided in ``flow.annotate``."""
