"""Mutation: small changes made by rule, of which the tests should notice every one."""
