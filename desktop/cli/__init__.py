"""The command line, one file a command; it knows flow and engine and no Qt."""
