"""sim_hw."""
