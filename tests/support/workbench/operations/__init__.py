"""Operations made for tests, one file for all: discovery takes as many as a file holds."""
