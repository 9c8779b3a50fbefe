"""The wizard's page: a frame that stays, and one file a step; its decisions are made in desktop.flow.wizard."""
