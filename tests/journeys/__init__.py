"""Journeys: whole ways through the product with the real engine, as a user goes them; they know only its outside."""
