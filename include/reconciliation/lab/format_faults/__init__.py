"""What goes wrong with whole statements, in every format, from the file to what is reported."""
