"""The pieces every page is built of; they know the theme and nothing of models, runs or data."""
