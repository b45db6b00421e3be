"""What was done to the database, in order. `0001_initial` is generated from the models, the others are SQL by area."""
