"""Child processes: the engine's server and client, job specification, events and supervisor."""
