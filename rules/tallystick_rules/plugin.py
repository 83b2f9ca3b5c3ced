"""The national rules' entry point: the module that the engine's plugin manager is given, as it is a local plugin's."""
