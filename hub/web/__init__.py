"""What all HTTP servers of the hub share: problem details, limits, the client certificate's name."""
