"""Models as things: found, checked, described, loaded; it knows no job."""
