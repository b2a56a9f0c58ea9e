"""`/line/v1`: messages in, the board, threads, the stream, the record, people."""
