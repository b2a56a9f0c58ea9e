"""What each kind of message needs, changes and leads to: one module for kinds that belong together.

A rule has three parts, all pure: `check` refuses, `apply` changes the state once the message is on
the record, `follow` says which events it leads to. What is due by the clock is in `agenda`.
"""
