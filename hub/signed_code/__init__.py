"""The signed code on the front: what a document is, signed by the centre; anybody can check it."""
