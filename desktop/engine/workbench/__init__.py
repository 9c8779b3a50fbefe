"""Short work in a killable child: request and reply as JSON lines over its own pipes."""
