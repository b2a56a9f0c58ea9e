"""The use cases of the line: messages in, entries on the record, what each party sees of it."""
