"""A private PostgreSQL below one folder: started when a program needs it, shared, stopped with its last user.

server     PrivateServer: the door for everybody else
keeper     the process beside each program that stops the server when its last program is gone
process    the running server, as its lock file tells
rooms      where its files are
account    who runs it
binaries   what runs it
"""
