"""Decisions about rights: the catalogue of features, what a member holds, what is used up one after another."""
