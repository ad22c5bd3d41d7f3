"""What is typed about comments, cases, watches and the archive, into clean values. No rules. A file a noun."""
