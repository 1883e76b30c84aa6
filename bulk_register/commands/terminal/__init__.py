"""What the commands share: options, prompts, progress, messages, and errors as exit codes."""
