"""Makes ``pytest`` know the plugin in a checkout.

Where the package is installed its entry point has the same name, and pytest registers a plugin once under one name.
"""

pytest_plugins = ["harness.pytest_plugin"]
