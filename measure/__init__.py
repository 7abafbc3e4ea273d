"""What measures the harness: on seeded faults, beside other tools, by the clock."""
