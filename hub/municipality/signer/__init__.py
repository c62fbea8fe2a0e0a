"""The signer: reads the registers and the finished pages by itself, and only then signs."""
