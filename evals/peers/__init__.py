"""Other ways to do the same work, run beside the assistant: each finds law for the same question in the same texts."""
