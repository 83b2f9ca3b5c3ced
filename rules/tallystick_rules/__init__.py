"""The national payment rules: one mechanism, one module, brought in as any local plugin is."""
