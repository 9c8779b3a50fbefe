"""The look: tokens, fonts, icons and the application sheet; it knows no page."""
