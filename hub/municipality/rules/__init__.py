"""What a municipality offers, when and for how much, as dated changes, and their record for the council."""
