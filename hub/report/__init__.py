"""Reports: counts of documents, and a municipality's yearly review for its council as text, JSON and PDF."""
