"""Home: what to do first, what runs, what this machine is; nothing here decides anything."""
