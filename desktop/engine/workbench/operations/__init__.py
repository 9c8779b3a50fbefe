"""OPERATIONS: one file a request the workbench answers, discovered."""
