"""How much memory a job will take, before it starts; it knows no screen."""
