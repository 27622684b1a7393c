// Suites under construction.
