"""What other ways to test free-threaded CPython see, on the builds that ``ftstress calibrate`` runs on."""
