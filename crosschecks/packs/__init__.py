"""What a framework ships of the catalogue, one module per framework, and how its arrays are called."""
