"""The ledger: what each order earned and cost as dated records, tariffs, daily reconciliation. Never a person."""
