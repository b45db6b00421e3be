"""The doors: everything that knows a request, a socket, a process or a signal. No domain decision is taken here."""
