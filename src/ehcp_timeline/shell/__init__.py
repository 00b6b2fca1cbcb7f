"""What every command needs: options, settings, files, destinations, exit codes."""
