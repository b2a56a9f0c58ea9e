"""The demo: a server, parties in an invented region, and a story that is played over HTTP.

Everything is said by clients of the server, as people and machines of the parties would.
"""
