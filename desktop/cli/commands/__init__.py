"""Commands, discovered: each file here is one sub-command of ``fettle``."""
