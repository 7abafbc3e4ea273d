"""From a finding to a bug report: shown again and counted, made smaller, written as a script, bisected."""
