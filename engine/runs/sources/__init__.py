"""Where logs come from when they are not files here: another machine, a pipe, a command."""
