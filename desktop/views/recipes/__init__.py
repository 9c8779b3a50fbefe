"""Recipes: several jobs in a row. The list, the one form, and a recipe at work."""
