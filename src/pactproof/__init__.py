"""Contract tests for programs that consume APIs they do not own."""
