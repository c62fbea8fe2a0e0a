"""What stands on each type's page: one file a type, from a dossier to texts for its template."""
