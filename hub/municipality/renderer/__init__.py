"""The renderer: content in, PDF out, in a process that is not believed."""
