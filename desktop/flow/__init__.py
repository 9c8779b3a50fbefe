"""What the screens decide, as plain data and functions; it knows no Qt and draws nothing."""
