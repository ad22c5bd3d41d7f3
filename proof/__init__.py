"""What is proved by running it for real: the whole house with PostgreSQL, Redis, web, workers and beats of its own."""
