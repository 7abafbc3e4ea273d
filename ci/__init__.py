"""What runs the harness unattended."""
