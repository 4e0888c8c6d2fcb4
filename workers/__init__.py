"""dramatiq and nothing but dramatiq: broker, tickets, actors, timer."""
